import { parseHex } from '#core/bytes/bytes.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import { operationAnswerSchema, operationRequestSchema } from '../account-schemas.ts';
import { ApiError } from '../api-error.ts';
import { ok, route } from '../route.ts';

export const submit = route({
  method: 'POST',
  path: '/operations',
  about: 'Hands in a signed operation',
  body: operationRequestSchema,
  answers: {
    200: {
      about:
        'accept, stale, hold or reject: reason; scheduled where its window has not come; queued where nothing is said within 2 s',
      schema: operationAnswerSchema,
    },
  },
  errors: [503],
  handle: async (ports, { body }) => {
    const bytes = parseHex(body.operation)!;
    const operation = decodeOperation(bytes);
    if (!operation.ok) throw new ApiError(400, `operation: ${operation.error}`);
    return ok(await ports.submit(operation.value.id, bytes, body.notBefore));
  },
});
