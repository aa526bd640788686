import { ZERO_ID } from '#core/bytes/bytes.ts';
import { SERVE_ERRORS } from '#core/snapshot/server.ts';
import { sourceOf } from '#core/snapshot/source.ts';
import type { State } from '#core/state/view.ts';
import { PATIENCE } from '#core/sync/patience.ts';
import { MAX_PAYLOAD } from '#core/wire/envelope.ts';
import type { ArchiveEntry, Status } from '#core/wire/messages.ts';
import { MOST_SIGNATURES } from '#core/wire/payloads.ts';
import { archiveEntrySize } from '#core/wire/size.ts';
import type { InventedHistory } from './invented-history.ts';
import type { Answer, Lie, Request } from './lying-server.ts';

/** Answers nothing. */
export const silent: Lie = { instead: () => [] };

/** Claims its true head, and of each range that it is asked for has the first window only. */
export const endsEarly: Lie = {
  altered: (answer) =>
    answer.type === 'archive-response' ? { ...answer, entries: answer.entries.slice(0, 1) } : answer,
};

/** True history, but the head of `behind` windows ago: it says so, and has nothing later. */
export const stale = (behind: number): Lie => {
  let last = 0;
  return {
    status(status) {
      last = Math.max(0, status.window - behind);
      return { ...status, window: last, round: 0, validRound: 0, validHash: ZERO_ID };
    },
    altered: (answer) =>
      answer.type === 'archive-response'
        ? { ...answer, entries: answer.entries.filter(({ header }) => header.window < last) }
        : answer,
  };
};

/** True but for the snapshot: in the place of each that it is asked for it sends the newest of an invented history. */
export const foreignAnchor = (history: () => InventedHistory): Lie => ({
  instead: (request) =>
    request.type === 'snapshot-request' ? chunksOf(history().anchors.at(-1)?.state, request) : undefined,
});

/** How long before patience ends an answer of `drip` goes out: it must still arrive in time. Microseconds. */
const MARGIN = 500_000;

/** The truth in the smallest parts, each sent when the patience of who asked is about to end; of a snapshot a chunk at a time. */
export const drip: Lie = {
  delay: (answer) => (PATIENCE - MARGIN) * (answer.type === 'snapshot-chunk' ? 1 + answer.chunkIndex : 1),
  altered: (answer) => {
    if (answer.type === 'archive-response') return { ...answer, entries: answer.entries.slice(0, 1) };
    if (answer.type === 'object-response') return { ...answer, objects: answer.objects.slice(0, 1), stopped: true };
    if (answer.type === 'proof-response') return { ...answer, signatures: answer.signatures.slice(0, 1) };
    return answer;
  },
};

/** Another history, with its head: all of it is served, as an honest server would. `history` is asked for when it is needed first. */
export const invented = (history: () => InventedHistory): Lie => ({
  status: (status): Status => ({
    ...status,
    window: history().length,
    round: 0,
    finalHash: history().entry(history().length - 1)?.header.id ?? ZERO_ID,
    validRound: 0,
    validHash: ZERO_ID,
  }),
  instead: (request) => answersFrom(history(), request),
});

const answersFrom = (history: InventedHistory, request: Request): readonly Answer[] => {
  const { requestId } = request;
  switch (request.type) {
    case 'archive-request': {
      const entries: ArchiveEntry[] = [];
      let size = 0;
      for (let i = 0; i < request.count; i++) {
        const entry = history.entry(request.fromWindow + i);
        size += entry === undefined ? 0 : archiveEntrySize(entry);
        if (entry === undefined || size > MAX_PAYLOAD) break;
        entries.push(entry);
      }
      return [{ type: 'archive-response', requestId, entries }];
    }
    case 'object-request': {
      const objects = request.names.map(({ id }) => history.registration(id)).filter((body) => body !== undefined);
      return [{ type: 'object-response', requestId, objects, stopped: false }];
    }
    case 'proof-request': {
      const { window, phase, proposalHash, from } = request;
      const votes = history.certificate(window);
      const signatures = votes
        .slice(from, from + MOST_SIGNATURES)
        .map(({ nodeId, signature }) => ({ nodeId, signature }));
      const proof = { window, phase, round: 1, proposalHash, total: votes.length, from, signatures };
      return [{ type: 'proof-response', requestId, ...proof }];
    }
    case 'snapshot-request':
      return chunksOf(history.anchors.find(({ window }) => window === request.anchorWindow)?.state, request);
  }
};

/** A snapshot, from the chunk on that is asked for. */
const chunksOf = (
  state: State | undefined,
  { requestId, resumeOffset }: Extract<Request, { readonly type: 'snapshot-request' }>,
): readonly Answer[] => {
  const chunks: Answer[] = [];
  const source = state && sourceOf(state);
  for (let index = resumeOffset; ; index++) {
    const chunk = source?.chunk(index);
    if (chunk === undefined) break;
    chunks.push({ type: 'snapshot-chunk', requestId, ...chunk });
  }
  if (chunks.length > 0) return chunks;
  return [{ type: 'snapshot-error', requestId, code: SERVE_ERRORS.SnapshotUnavailable, message: [] }];
};
