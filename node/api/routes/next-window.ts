import * as z from 'zod';
import { ok, route, wholeText } from '../route.ts';
import { windowSchema } from '../schemas.ts';

export const nextWindow = route({
  method: 'GET',
  path: '/windows/next',
  about: 'Waits until a window above `after` is final, 25 s at most',
  query: z.strictObject({ after: wholeText(0, Number.MAX_SAFE_INTEGER, 'write a window number').optional() }),
  answers: {
    200: { about: 'The last final window', schema: windowSchema },
    204: { about: 'None became final; ask again' },
  },
  errors: [503],
  handle: async (ports, { query: { after = -1 }, isGone }) => {
    const window = await ports.nextWindow(after, isGone);
    return window === undefined ? { status: 204 } : ok(window);
  },
});
