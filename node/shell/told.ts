import type { Notice } from '#core/host/host.ts';
import type { Verdict } from '#core/participant/types.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { FromProtocol } from './messages.ts';
import type { Standing } from './protocol.ts';

/** The place of a node whose last final window is that of `settled`. */
export const standingOf = ({ window, side, state }: Settled, round: number): Standing => ({
  window: window + 1,
  round,
  finalWindow: window,
  finalHash: side.proposalHash,
  stateRoot: state.stateRoot(),
});

/** A notice that goes to the main thread as it is; undefined: one that nobody there waits for. */
export const told = (notice: Notice): FromProtocol | undefined => {
  switch (notice.type) {
    case 'penalty':
      return { type: 'penalty', link: notice.peer, reason: notice.reason };
    case 'submitted':
      return { type: 'submitted', operation: notice.operation.id, verdict: inWords(notice.verdict) };
    case 'confirmed':
      return { type: 'confirmed', ...notice.notice };
    case 'advice':
      return notice;
    case 'catch-up': {
      const { type, ...progress } = notice;
      return { type, progress };
    }
    default:
      return undefined;
  }
};

/** `accept`, `stale`, `hold`: it waited for two final windows in vain; `reject: ` and the reason. */
const inWords = (verdict: Verdict): string => (verdict.type === 'reject' ? `reject: ${verdict.reason}` : verdict.type);
