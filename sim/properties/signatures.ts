import type { Id } from '#core/bytes/bytes.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import { type Deed, type Finding, holds, type Observer, type Scene, violated } from './types.ts';

/** Slot of a signed object: who may sign only one thing there. Undefined for objects without a slot. */
const slotOf = (
  object: ProtocolObject,
): { readonly slot: string; readonly signer: Id; readonly id: Id } | undefined => {
  switch (object.kind) {
    case 'bundle':
    case 'reveal':
      return { slot: `${object.kind}/${object.window}/${object.nodeId}`, signer: object.nodeId, id: object.id };
    case 'vote':
      return {
        slot: `vote/${object.window}/${object.round}/${object.phase}/${object.nodeId}`,
        signer: object.nodeId,
        id: object.id,
      };
    case 'proposal': {
      const { header } = object;
      const slot = `header/${header.window}/${header.fallbackDepth}/${header.proposerNodeId}`;
      return { slot, signer: header.proposerNodeId, id: header.id };
    }
    default:
      return undefined;
  }
};

/** An object, and who knew it first. */
type Seen = Omit<Deed, 'what'>;

const deedOf = (seen: Seen): Deed => ({ ...seen, what: `knows ${seen.object.slice(0, 8)}` });

/** `one-signature-per-slot`: no honest node signs two different objects for one slot, restarts included (09 §8.8). */
export const oneSignaturePerSlot = (scene: Scene, hostOf: (nodeId: Id) => number | undefined): Observer => {
  const signed = new Map<string, Seen>();
  let newest = 0;
  let slots = 0;
  let fault: Finding | undefined;
  return {
    name: 'one-signature-per-slot',
    notice(seenBy, notice, at) {
      // Not by what a dishonest host says: it would clear what is remembered.
      if (notice.type === 'entered' && scene.isHonest(seenBy) && notice.window > newest) {
        newest = notice.window;
        for (const slot of signed.keys()) if (Number(slot.split('/')[1]) < newest - 3) signed.delete(slot);
      }
      if (notice.type !== 'accepted' && notice.type !== 'published') return;
      const found = slotOf(notice.object);
      if (found === undefined) return;
      const host = hostOf(found.signer);
      if (host === undefined || !scene.isHonest(host)) return;
      const before = signed.get(found.slot);
      if (before === undefined) {
        signed.set(found.slot, { host: seenBy, at, object: found.id });
        slots++;
      } else if (before.object !== found.id) {
        fault ??= violated(
          `${scene.names[host]} signed ${before.object.slice(0, 16)} and ${found.id.slice(0, 16)} for ${found.slot}`,
          [deedOf(before), deedOf({ host: seenBy, at, object: found.id })],
        );
      }
    },
    judge: () => fault ?? holds(`${slots} slots`),
  };
};
