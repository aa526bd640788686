import * as z from 'zod';
import { byId, ok, route, wholeText } from '../route.ts';

export const anchorProof = route({
  method: 'GET',
  path: '/anchors/{id}/proof',
  about: 'The proof that an Anchor was cemented, for whoever trusts the header of window `checkpoint`',
  params: byId,
  query: z.strictObject({ checkpoint: wholeText(0, Number.MAX_SAFE_INTEGER, 'write a window number').optional() }),
  answers: {
    200: { about: 'An AnchorProof; by default up to the last final window', type: 'application/octet-stream' },
  },
  errors: [404, 409, 410, 503],
  handle: async (ports, { params: { id }, query: { checkpoint } }) => ok(await ports.anchorProof(id, checkpoint)),
});
