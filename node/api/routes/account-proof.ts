import { accountProofAnswerSchema } from '../account-schemas.ts';
import { byId, ok, route } from '../route.ts';

export const accountProof = route({
  method: 'GET',
  path: '/accounts/{id}/proof',
  about: 'The proof of an account, or that there is none, in the state after the last final window',
  params: byId,
  answers: { 200: { about: 'The proof, and the state root it leads to', schema: accountProofAnswerSchema } },
  errors: [503],
  handle: async (ports, { params: { id } }) => ok(await ports.query({ type: 'account-proof', account: id })),
});
