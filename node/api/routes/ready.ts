import { route } from '../route.ts';
import { readySchema } from '../schemas.ts';

export const ready = route({
  method: 'GET',
  path: '/ready',
  about:
    'Whether the node has started and is at the head of its network: its last final window within 2 of the best it heard of',
  isOpen: true,
  answers: {
    200: { about: 'It is', schema: readySchema },
    503: { about: 'It is not, and why', schema: readySchema },
  },
  handle: async (ports) => {
    const body = ports.ready();
    return { status: body.ready ? 200 : 503, body };
  },
});
