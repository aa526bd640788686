import { ok, route } from '../route.ts';
import { statusSchema } from '../schemas.ts';

export const status = route({
  method: 'GET',
  path: '/status',
  about: 'Where the node stands, whom it is connected to, what it counted since it started',
  answers: { 200: { about: 'The status', schema: statusSchema } },
  errors: [503],
  handle: async (ports) => ok(await ports.status()),
});
