import type { Id } from '../bytes/bytes.ts';
import { IdSet } from '../collections/id-map.ts';
import type { ProtocolObject } from '../consensus/objects.ts';
import type { Mempool } from './mempool.ts';
import { mostUrgentFirst } from './operations.ts';
import { restoreHeld } from './records.ts';
import type { Session } from './session.ts';
import type { HeldProposal, OpenRecord, ParticipantEffect } from './types.ts';
import type { Quorate } from './voting.ts';

/** T_W as far as the durable record knows it: the own bundle computed it, a lock or an own proposal had adopted it. */
export const timechainOf = ({ signed, locked, valid }: OpenRecord): Id | undefined => {
  for (const object of signed) {
    if (object.kind === 'bundle') return object.endpoint;
    if (object.kind === 'proposal') return object.header.timechainValue;
  }
  return (locked ?? valid)?.proposal.header.timechainValue;
};

/** Puts back what a crash must not lose: bodies the own bundle lists, and the locks with all that they need (09 §12.15b). */
export const restoreSession = (
  session: Session,
  mempool: Mempool,
  { listed, locked, valid }: OpenRecord,
  now: number,
): { readonly locked: Quorate | undefined; readonly valid: Quorate | undefined } => {
  for (const object of listed) {
    if (object.kind === 'reveal') session.revealsBefore.keep(object);
    else {
      session.bodies.keep(object);
      if (object.kind === 'operation') mempool.add(object, session.window, mostUrgentFirst(session.open.settled));
    }
  }
  return { locked: restoreHeld(session, locked, now), valid: restoreHeld(session, valid, now) };
};

/**
 * Says again what was said before the crash, byte for byte (09 §8.8), and hands out what others may need to follow: this node may be
 * the only one that still has the bodies its bundle lists and those of its lock.
 */
export const sayAgain = (
  { listed, locked, valid, signed }: OpenRecord,
  emit: (effect: ParticipantEffect) => void,
): void => {
  const said = new IdSet();
  for (const object of [...listed, ...bodiesOf(locked), ...bodiesOf(valid), ...signed]) {
    if (said.has(object.id)) continue;
    said.add(object.id);
    emit({ type: 'publish', object });
  }
};

const bodiesOf = (held: HeldProposal | undefined): readonly ProtocolObject[] =>
  held === undefined
    ? []
    : [held.proposal, ...held.bundles, ...held.reveals, ...held.operations, ...held.registrations];
