import * as z from 'zod';
import { historySchema } from '../account-schemas.ts';
import { byId, ok, route, wholeText } from '../route.ts';

const USUAL = 64;

export const history = route({
  method: 'GET',
  path: '/accounts/{id}/operations',
  about: 'Operations by an account or to it, newest window first; a part of the kept windows with each answer',
  params: byId,
  query: z.strictObject({
    before: wholeText(0, Number.MAX_SAFE_INTEGER, 'write a window number').optional(),
    count: wholeText(1, 256, 'write a number from 1 to 256').optional(),
  }),
  answers: { 200: { about: 'Operations of windows below `before`, whole windows', schema: historySchema } },
  errors: [503],
  handle: async (ports, { params: { id }, query: { before, count = USUAL } }) =>
    ok(await ports.query({ type: 'history', account: id, before, count })),
});
