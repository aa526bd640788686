import { ok, route } from '../route.ts';
import { journalSchema } from '../schemas.ts';

export const journal = route({
  method: 'GET',
  path: '/journal',
  about: 'The files of the journal, one for each process of the node that kept one',
  answers: { 200: { about: 'Names and sizes now', schema: journalSchema } },
  handle: async (ports) => ok(ports.journal()),
});
