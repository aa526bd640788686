import { operationStateSchema } from '../account-schemas.ts';
import { byId, ok, route } from '../route.ts';

export const operation = route({
  method: 'GET',
  path: '/operations/{id}',
  about:
    'What became of an operation: one handed in here, heard of from others, or of a window whose operations are kept',
  params: byId,
  answers: { 200: { about: 'Its state', schema: operationStateSchema } },
  errors: [503],
  handle: async (ports, { params: { id } }) => ok(await ports.query({ type: 'operation', operation: id })),
});
