import * as z from 'zod';
import { ApiError } from '../api-error.ts';
import { route } from '../route.ts';

const NAME = 'write the name of a file of the journal, as 000001.journal';

export const journalFile = route({
  method: 'GET',
  path: '/journal/{name}',
  about: 'A file of the journal, as long as it is now',
  params: z.strictObject({ name: z.string(NAME).regex(/^[0-9]{6}\.journal$/, NAME) }),
  answers: { 200: { about: 'Its bytes', type: 'application/octet-stream' } },
  errors: [404, 503],
  handle: async (ports, { params: { name } }) => {
    const file = ports.journalFile(name);
    if (file === undefined) throw new ApiError(404, `there is no journal ${name}; GET /journal lists them`);
    return { status: 200, body: file.stream, length: file.bytes };
  },
});
