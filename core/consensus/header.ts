import { id32, layout, Reader, raw, u8, u32, u64, u128 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import type { Header, Signed } from './objects.ts';
import { signedParts, signInPlace, UNSIGNED } from './signed.ts';

/** Proposal header (04 §8), 3722 bytes, signed scope 413. */
export const headerLayout = layout('ProposalHeader', {
  prevProposalHash: id32,
  windowIndex: u64,
  protocolVersion: u32,
  controlRoot: id32,
  nodeRoot: id32,
  candidateRoot: id32,
  accountRoot: id32,
  stateRoot: id32,
  timechainValue: id32,
  includedBundlesRoot: id32,
  includedRevealsRoot: id32,
  winnerEndpoint: id32,
  winnerId: id32,
  proposerNodeId: id32,
  target: u128,
  fallbackDepth: u8,
  signature: raw(SIGNATURE_SIZE),
});

/** A header's first fields, for whoever needs window_index exactly as the bytes say it. */
const headerStart = layout('ProposalHeaderStart', { prevProposalHash: raw(32), windowIndex: u64 });

/** window_index as in the bytes: above 2^53 `window` is only near it. */
export const exactWindow = ({ bytes }: Header): bigint => headerStart.read(new Reader(bytes)).windowIndex;

/** Size of a header in bytes. */
export const HEADER_SIZE = 3722;

export type HeaderFields = Omit<Header, 'kind' | 'window' | keyof Signed> & { readonly window: number | bigint };

/** Decodes canonical bytes. Error: Malformed. */
export const decodeHeader = (bytes: Uint8Array): Result<Header, 'Malformed'> => {
  const decoded = headerLayout.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { windowIndex, signature: _, ...fields } = decoded.value;
  return ok({ kind: 'header', ...signedParts('mt-proposal', bytes), ...fields, window: Number(windowIndex) });
};

/** Builds and signs a header. */
export const makeHeader = (fields: HeaderFields, key: SigningKey): Header => {
  const { window, ...rest } = fields;
  const bytes = headerLayout.encode({ ...rest, windowIndex: BigInt(window), signature: UNSIGNED });
  signInPlace(bytes, key);
  return { kind: 'header', ...signedParts('mt-proposal', bytes), ...rest, window: Number(window) };
};
