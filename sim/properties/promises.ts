import type { Id } from '#core/bytes/bytes.ts';
import { type Deed, type Finding, finalDeed, holds, type Observer, type Scene, violated } from './types.ts';

/**
 * `promise-kept`: what an honest node told its user stays true at every honest node. Confirmed: no other operation of the same
 * sender on the same frontier ever settles. Final: no honest node makes another proposal of that window final.
 */
export const promiseKept = (scene: Scene): Observer => {
  /** Confirmed operations: where first. */
  const confirmed = new Map<Id, Deed>();
  /** The frontier of each operation whose body was seen. */
  const frontierOf = new Map<Id, string>();
  const promised = new Map<string, Deed>();
  const settled = new Map<string, Deed>();
  const finals = new Map<number, Deed>();
  let promises = 0;
  let fault: Finding | undefined;

  const broken = (promise: Deed, other: Deed): void => {
    fault ??= violated(
      `operation ${promise.object.slice(0, 16)} was confirmed, ${other.object.slice(0, 16)} settled in its place`,
      [promise, other],
    );
  };

  const promise = (operation: Id): void => {
    const frontier = frontierOf.get(operation);
    const deed = confirmed.get(operation);
    if (frontier === undefined || deed === undefined) return;
    const other = settled.get(frontier);
    if (other !== undefined && other.object !== operation) broken(deed, other);
    promised.set(frontier, deed);
  };

  return {
    name: 'promise-kept',
    notice(host, notice, at) {
      if (!scene.isHonest(host)) return;
      if ((notice.type === 'accepted' || notice.type === 'published') && notice.object.kind === 'operation') {
        const { id, sender, prevHash } = notice.object;
        if (frontierOf.has(id)) return;
        frontierOf.set(id, sender + prevHash);
        promise(id);
      } else if (notice.type === 'confirmed') {
        const { operation, window } = notice.notice;
        if (confirmed.has(operation)) return;
        promises++;
        const what = `shows its user operation ${operation.slice(0, 8)} as confirmed in window ${window}`;
        confirmed.set(operation, { host, at, object: operation, what });
        promise(operation);
      } else if (notice.type === 'final') {
        const { window } = notice.record.settled;
        const hash = notice.record.settled.side.proposalHash;
        const before = finals.get(window);
        if (before?.object === hash) return;
        const deed = finalDeed(host, at, window, hash);
        if (before !== undefined) {
          fault ??= violated(
            `window ${window} was shown final as ${before.object.slice(0, 16)}, then as ${hash.slice(0, 16)}`,
            [before, deed],
          );
        }
        finals.set(window, deed);
        promises++;
        const applied = new Set(notice.record.entry.operations);
        for (const { id, sender, prevHash } of notice.record.operations) {
          if (!applied.has(id)) continue;
          const frontier = sender + prevHash;
          const settling = { host, at, object: id, what: `settles operation ${id.slice(0, 8)} in window ${window}` };
          frontierOf.set(id, frontier);
          settled.set(frontier, settling);
          const other = promised.get(frontier);
          if (other !== undefined && other.object !== id) broken(other, settling);
        }
      }
    },
    judge: () => fault ?? holds(`${promises} promises`),
  };
};
