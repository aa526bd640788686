import { ok, route } from '../route.ts';
import { peersSchema } from '../schemas.ts';

export const peers = route({
  method: 'GET',
  path: '/peers',
  about: 'Whom the node is connected to',
  answers: { 200: { about: 'Links, and how many nodes it knows of and bans', schema: peersSchema } },
  errors: [503],
  handle: async (ports) => {
    const { peers, known, banned } = await ports.status();
    return ok({ peers, known, banned });
  },
});
