import type { Id } from '#core/bytes/bytes.ts';
import { holds, type Observer, type Scene, violated } from './types.ts';

/**
 * `promise-kept`: what an honest node told its user stays true at every honest node. Confirmed: no other operation of the same
 * sender on the same frontier ever settles. Final: no honest node makes another proposal of that window final.
 */
export const promiseKept = (scene: Scene): Observer => {
  /** Confirmed operations, and the frontier of each operation whose body was seen. */
  const confirmed = new Set<Id>();
  const frontierOf = new Map<Id, string>();
  const promised = new Map<string, Id>();
  const settled = new Map<string, Id>();
  const finals = new Map<number, Id>();
  let promises = 0;
  let fault: string | undefined;

  const promise = (operation: Id): void => {
    const frontier = frontierOf.get(operation);
    if (frontier === undefined || !confirmed.has(operation)) return;
    const other = settled.get(frontier);
    if (other !== undefined && other !== operation) {
      fault ??= `operation ${operation.slice(0, 16)} was confirmed, ${other.slice(0, 16)} settled in its place`;
    }
    promised.set(frontier, operation);
  };

  return {
    name: 'promise-kept',
    notice(host, notice) {
      if (!scene.isHonest(host)) return;
      if ((notice.type === 'accepted' || notice.type === 'published') && notice.object.kind === 'operation') {
        const { id, sender, prevHash } = notice.object;
        if (frontierOf.has(id)) return;
        frontierOf.set(id, sender + prevHash);
        promise(id);
      } else if (notice.type === 'confirmed') {
        if (confirmed.has(notice.notice.operation)) return;
        promises++;
        confirmed.add(notice.notice.operation);
        promise(notice.notice.operation);
      } else if (notice.type === 'final') {
        const { window } = notice.record.settled;
        const hash = notice.record.settled.side.proposalHash;
        const before = finals.get(window);
        if (before !== undefined && before !== hash) {
          fault ??= `window ${window} was shown final as ${before.slice(0, 16)}, then as ${hash.slice(0, 16)}`;
        }
        if (before === hash) return;
        finals.set(window, hash);
        promises++;
        const applied = new Set(notice.record.entry.operations);
        for (const { id, sender, prevHash } of notice.record.operations) {
          if (!applied.has(id)) continue;
          const frontier = sender + prevHash;
          frontierOf.set(id, frontier);
          settled.set(frontier, id);
          const other = promised.get(frontier);
          if (other !== undefined && other !== id) {
            fault ??= `operation ${other.slice(0, 16)} was confirmed, ${id.slice(0, 16)} settled in its place`;
          }
        }
      }
    },
    judge: () => (fault === undefined ? holds(`${promises} promises`) : violated(fault)),
  };
};
