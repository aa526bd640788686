import type { Result } from '../bytes/result.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { BOUND_FORM, type Form, UNBOUND_FORM } from './forms.ts';
import { Initiator } from './initiator.ts';
import { Responder } from './responder.ts';

/** Identities and random bytes of 06 §3.7. */
export const responderKey = mlDsa65.key(new Uint8Array(32).fill(0x77));
export const initiatorKey = mlDsa65.key(new Uint8Array(32).fill(0xaa));
/** Somebody on the path. */
export const attackerKey = mlDsa65.key(new Uint8Array(32).fill(0x0e));

export const initiatorSeed = (): Uint8Array => new Uint8Array(64).fill(1);
export const toResponderSeed = (): Uint8Array => new Uint8Array(32).fill(4);
export const responderRandomness = () => ({
  ephemeralSeed: new Uint8Array(64).fill(2),
  encapsulationSeed: new Uint8Array(32).fill(3),
});

export const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

export const changedAt = (bytes: Uint8Array, at: number, mask: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ mask;
  return copy;
};

const { verify } = mlDsa65;

export const newInitiator = (form: Form, expectedPeer?: string): Initiator =>
  new Initiator({ form, key: initiatorKey, verify, expectedPeer });

export const newResponder = (form: Form): Responder => new Responder({ form, key: responderKey, verify });

/** One whole handshake. */
const shake = (form: Form) => {
  const initiator = newInitiator(form);
  const responder = newResponder(form);
  const message1 = must(initiator.start(initiatorSeed()));
  const message2 = must(responder.receiveFirst(message1, responderRandomness()));
  const done = must(initiator.receive(message2, toResponderSeed()));
  const session = must(responder.receiveLast(done.message));
  return { message1, message2, message3: done.message, ofInitiator: done.session, ofResponder: session };
};

export const FORMS = [UNBOUND_FORM, BOUND_FORM] as const;

const whole = new Map<Form, ReturnType<typeof shake>>();

/** The whole handshake of a form, made once. */
export const shaken = (form: Form): ReturnType<typeof shake> => {
  const made = whole.get(form) ?? shake(form);
  whole.set(form, made);
  return made;
};

/** What becomes of message 2 at an initiator that sent message 1 of the whole handshake. */
export const answerTo = (form: Form, message2: Uint8Array) => {
  const initiator = newInitiator(form);
  must(initiator.start(initiatorSeed()));
  return initiator.receive(message2, toResponderSeed());
};

/** What becomes of messages 1 and 3 at the responder of the whole handshake. */
export const outcomeOf = (form: Form, message1: Uint8Array, message3: Uint8Array) => {
  const responder = newResponder(form);
  const answer = responder.receiveFirst(message1, responderRandomness());
  return answer.ok ? responder.receiveLast(message3) : answer;
};
