import { Refused } from '#node/config/refused.ts';
import { ApiError } from '../api-error.ts';
import { ok, route } from '../route.ts';
import { reloadSchema } from '../schemas.ts';

export const reload = route({
  method: 'POST',
  path: '/reload',
  about: 'Reads montana.yaml again; a file with a fault changes nothing',
  answers: { 200: { about: 'What changed', schema: reloadSchema } },
  errors: [400, 503],
  handle: async (ports) => {
    try {
      return ok(ports.reload());
    } catch (error) {
      throw error instanceof Refused ? new ApiError(400, error.message) : error;
    }
  },
});
