import { encodeAnchorProof } from '#core/anchor/proof.ts';
import type { Id } from '#core/bytes/bytes.ts';
import { claimOf } from '#node/anchor/verify.ts';
import { ApiError } from '#node/api/api-error.ts';
import type { ProofFolder } from './proof-folder.ts';

/** Headers that the protocol's thread is asked for at once: it goes on with its work in between. */
export const MOST_SCOPES = 256;

/** What a proof is made longer with. */
export interface Headers {
  /** Of the last final window. */
  final(): Promise<number>;
  /** Signed scopes of final headers from a window on, at most `MOST_SCOPES`; fewer where no more are kept. */
  scopes(from: number, count: number): Promise<readonly Uint8Array[]>;
}

/**
 * The proof of an Anchor for whoever trusts the header of window `checkpoint`, by default the last one that is final and kept. A checkpoint of a later
 * window than the Anchor's needs the headers in between, as long as the node keeps them; the window before the Anchor's is trusted by
 * way of the certificate; before that the node would need tables that it does not keep. Throws `ApiError`: 404 nobody wanted it here, 409
 * it is not final yet or the checkpoint does not go with it, 410 the node cannot make it any more.
 */
export const extendedProof = async (
  folder: ProofFolder,
  headers: Headers,
  operation: Id,
  checkpoint?: number,
): Promise<Uint8Array> => {
  const kept = folder.read(operation);
  if (kept === undefined) throw none(404, 'nobody asked this node for a proof of it before it was final');
  if (kept.type === 'wanted') throw none(409, 'it is not final yet; wait for the next window');
  if (kept.type === 'lost') throw none(410, `${kept.reason}; ask a node that was there, or anchor again`);
  const claim = claimOf(kept.bytes);
  if (claim === undefined) throw none(410, 'its file in the folder proofs is damaged; anchor again');
  const { proof, header } = claim;
  const final = await headers.final();
  const last = checkpoint ?? final;
  if (last > final) throw none(409, `window ${last} is not final yet, the last one that is has the number ${final}`);
  if (last < header.window - 1) {
    throw none(409, `it is in window ${header.window}; take a checkpoint of window ${header.window - 1} or later`);
  }
  const later: Uint8Array[] = [];
  for (let next = header.window + 1; next <= last; next = header.window + 1 + later.length) {
    const scopes = await headers.scopes(next, Math.min(MOST_SCOPES, last - next + 1));
    if (scopes.length === 0) {
      if (checkpoint === undefined) break;
      throw none(410, `this node no longer keeps window ${next}; take a checkpoint up to window ${next - 1}`);
    }
    later.push(...scopes);
  }
  return encodeAnchorProof({ ...proof, later });
};

const none = (status: 404 | 409 | 410, reason: string): ApiError =>
  new ApiError(status, `no proof of this Anchor: ${reason}`);
