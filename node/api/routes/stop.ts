import { ok, route } from '../route.ts';
import { stopAnswerSchema } from '../schemas.ts';

export const stop = route({
  method: 'POST',
  path: '/stop',
  about: 'Ends the node; the answer does not wait for the end',
  answers: { 200: { about: 'The process that is ending', schema: stopAnswerSchema } },
  handle: async (ports) => {
    ports.stop();
    return ok({ pid: process.pid });
  },
});
