import { accountAnswerSchema } from '../account-schemas.ts';
import { byId, ok, route } from '../route.ts';

export const account = route({
  method: 'GET',
  path: '/accounts/{id}',
  about: 'An account in the state after the last final window',
  params: byId,
  answers: { 200: { about: 'Its record; null where there is no such account', schema: accountAnswerSchema } },
  errors: [503],
  handle: async (ports, { params: { id } }) => ok(await ports.query({ type: 'account', account: id })),
});
