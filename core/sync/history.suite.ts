import { type Id, littleEndian, writeHex } from '../bytes/bytes.ts';
import { PRECOMMIT, type Vote } from '../consensus/objects.ts';
import { makeVote } from '../consensus/vote.ts';
import { hashId } from '../crypto/hash.ts';
import type { SigningKey } from '../crypto/suite.ts';
import type { Params } from '../genesis/params.ts';
import { foundation } from '../participant/party.suite.ts';
import { anchorOfInterval, intervalOf } from '../snapshot/anchor-windows.ts';
import { isLastingCertificate, RECENT_CERTIFICATES } from '../snapshot/retention.ts';
import { sourceOf } from '../snapshot/source.ts';
import { step, type TestStep } from '../transition/network.suite.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveEntry, Message } from '../wire/messages.ts';

/** A history that nobody lived through: final windows with their archive entries and certificates, four founders of weight 1 each. */
export interface History {
  readonly genesis: Settled;
  readonly steps: readonly TestStep[];
  readonly keys: ReadonlyMap<Id, SigningKey>;
}

const FOUNDERS = 4;

/** Accounts besides those of the founders: a snapshot of some chunks. */
const ACCOUNTS = 300;

/** `signersIn`: who is included in a window. */
export const historyOf = (
  windows: number,
  signersIn: (window: number, all: readonly Id[]) => readonly Id[],
  { d0 = 200, ...params }: Partial<Pick<Params, 'tau2Windows' | 'selectionInterval'>> & { readonly d0?: number } = {},
): History => {
  const { genesis: founded, keys } = foundation({ count: FOUNDERS, d0 });
  const bare = { ...founded, network: { ...founded.network, params: { ...founded.network.params, ...params } } };
  const [[, model]] = [...bare.state.range('account')] as [readonly [Id, Uint8Array]];
  const accounts = Array.from({ length: ACCOUNTS }, (_, n): readonly [Id, Uint8Array] => {
    const id = hashId('mt-app', littleEndian(n, 4));
    const record = model.slice();
    writeHex(id, record, 0);
    return [id, record];
  });
  const genesis = { ...bare, state: bare.state.with(bare.state.apply({ account: accounts }).delta) };
  const all = keys.map(({ nodeId }) => nodeId);
  const steps: TestStep[] = [];
  let settled: Settled = genesis;
  for (let window = 0; window < windows; window++) {
    const next = step(settled, { signers: signersIn(window, all) });
    steps.push(next);
    settled = next.settled;
  }
  return { genesis, steps, keys: new Map(keys.map(({ nodeId, node }) => [nodeId, node])) };
};

export const entryOf = ({ steps }: History, window: number): ArchiveEntry | undefined => {
  const at = steps[window];
  return at && { ...at.input, header: at.header, operations: [], registrations: [] };
};

/** Precommits of these, or of everybody. */
export const certificateOf = (
  { steps, keys }: History,
  window: number,
  signers = [...keys.keys()],
): readonly Vote[] => {
  const { header } = steps[window] as TestStep;
  const fields = { phase: PRECOMMIT, round: 1, window, proposalHash: header.id } as const;
  return [...signers].sort().map((nodeId) => makeVote({ ...fields, nodeId }, keys.get(nodeId) as SigningKey));
};

/** Whether peers have the certificate of a window when `windows` windows are final (09 §3). */
const isCertificateKept = ({ genesis, steps }: History, windows: number, window: number): boolean => {
  if (window + RECENT_CERTIFICATES >= windows) return window < windows;
  return isLastingCertificate(genesis.network.params, window, (of) => steps[of]?.header.fallbackDepth);
};

/** The anchors that peers serve when `windows` windows are final. */
export const anchorsOf = ({ genesis, steps }: History, windows: number): readonly number[] => {
  const { params } = genesis.network;
  const newest = intervalOf(params, windows - 1);
  return [newest, newest - 1, newest - 2]
    .map((k) => anchorOfInterval(params, k, (of) => (of < windows ? steps[of]?.header.fallbackDepth : undefined)))
    .filter((window) => window !== undefined)
    .slice(0, 2);
};

/** All that an honest peer answers, in order. */
export const honest = (history: History, windows: number, message: Message): readonly Message[] => {
  switch (message.type) {
    case 'archive-request': {
      const { requestId, fromWindow, count } = message;
      const entries: ArchiveEntry[] = [];
      for (let window = fromWindow; window < Math.min(windows, fromWindow + count); window++) {
        entries.push(entryOf(history, window) as ArchiveEntry);
      }
      return [{ type: 'archive-response', requestId, entries }];
    }
    case 'proof-request': {
      const votes = isCertificateKept(history, windows, message.window) ? certificateOf(history, message.window) : [];
      const signatures = votes.map(({ nodeId, signature }) => ({ nodeId, signature }));
      return [{ ...message, type: 'proof-response', round: 1, total: votes.length, signatures }];
    }
    case 'snapshot-request': {
      const { requestId, anchorWindow, resumeOffset } = message;
      const unavailable: Message = { type: 'snapshot-error', requestId, code: 1, message: [] };
      if (!anchorsOf(history, windows).includes(anchorWindow)) return [unavailable];
      const source = sourceOf((history.steps[anchorWindow] as TestStep).settled.state);
      if (resumeOffset >= source.totalChunks) return [unavailable];
      const chunks: Message[] = [];
      for (let index = resumeOffset; index < source.totalChunks; index++) {
        const chunk = source.chunk(index);
        if (chunk !== undefined) chunks.push({ type: 'snapshot-chunk', requestId, ...chunk });
      }
      return chunks;
    }
    default:
      throw new Error(`nobody answers a ${message.type}`);
  }
};
