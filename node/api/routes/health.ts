import { ok, route } from '../route.ts';
import { healthSchema } from '../schemas.ts';

export const health = route({
  method: 'GET',
  path: '/health',
  about: 'Whether the process lives; it answers from its start to its end',
  isOpen: true,
  answers: { 200: { about: 'It lives', schema: healthSchema } },
  handle: async (ports) => ok(ports.health()),
});
