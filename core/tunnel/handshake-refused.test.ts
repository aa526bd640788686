import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/bytes.ts';
import { fail } from '../bytes/result.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { decapsulate, encapsulate, mlKemKeyPair } from '../crypto/ml-kem.ts';
import { BOUND_FORM, UNBOUND_FORM } from './forms.ts';
import {
  answerTo,
  attackerKey,
  changedAt,
  FORMS,
  initiatorSeed,
  must,
  newInitiator,
  newResponder,
  outcomeOf,
  responderKey,
  responderRandomness,
  shaken,
  toResponderSeed,
} from './handshake.suite.ts';
import { initiatorDigest, responderDigest } from './handshake-keys.ts';
import { MESSAGE_2, MESSAGE_3, signMessage, UNSIGNED } from './handshake-messages.ts';
import { Initiator } from './initiator.ts';
import { Responder } from './responder.ts';

describe('handshake, refused', () => {
  const ofSize = (message: Uint8Array, size: number): Uint8Array => {
    const bytes = new Uint8Array(size);
    bytes.set(message.subarray(0, size));
    return bytes;
  };

  it('a message of any other size is BadMsgSize', () => {
    const { message1, message2, message3 } = shaken(BOUND_FORM);
    for (const size of [0, 1, 1183, 1185, 7533]) {
      const answer = newResponder(BOUND_FORM).receiveFirst(ofSize(message1, size), responderRandomness());
      expect(answer).toEqual(fail('BadMsgSize'));
    }
    for (const size of [0, 7532, 7534])
      expect(answerTo(BOUND_FORM, ofSize(message2, size))).toEqual(fail('BadMsgSize'));
    for (const size of [0, 6348, 6350]) {
      expect(outcomeOf(BOUND_FORM, message1, ofSize(message3, size))).toEqual(fail('BadMsgSize'));
    }
  });

  it('a key of message 1 that is not reduced is InvalidPublicKey', () => {
    const message1 = shaken(BOUND_FORM).message1.slice();
    message1.fill(0xff, 0, 2);
    expect(newResponder(BOUND_FORM).receiveFirst(message1, responderRandomness())).toEqual(fail('InvalidPublicKey'));
  });

  it('a key of message 2 that is not reduced is InvalidPublicKey, once its signature holds', () => {
    const { message1, message2 } = shaken(BOUND_FORM);
    const forged = message2.slice();
    forged.fill(0xff, 0, 2);
    expect(answerTo(BOUND_FORM, forged)).toEqual(fail('BadResponderSignature'));
    const { ciphertext } = must(MESSAGE_2.decode(message2));
    const secret = must(decapsulate(mlKemKeyPair(initiatorSeed()).secretKey, ciphertext));
    signMessage(forged, responderKey, responderDigest(BOUND_FORM, message1, forged, secret));
    expect(answerTo(BOUND_FORM, forged)).toEqual(fail('InvalidPublicKey'));
  });

  it('another peer than the pinned one is UnexpectedPeer, after its signature and before message 3', () => {
    const { message2, ofInitiator, ofResponder } = shaken(BOUND_FORM);
    const dial = (expected: string, message: Uint8Array) => {
      const initiator = newInitiator(BOUND_FORM, expected);
      must(initiator.start(initiatorSeed()));
      return initiator.receive(message, toResponderSeed());
    };
    expect(dial(ofInitiator.remotePeer, message2).ok).toBe(true);
    expect(dial(ofResponder.remotePeer, message2)).toEqual(fail('UnexpectedPeer'));
    expect(dial(ofResponder.remotePeer, changedAt(message2, 0, 1))).toEqual(fail('BadResponderSignature'));
  });

  it('the own key on the other side is SelfConnection on both', () => {
    const config = { form: BOUND_FORM, key: responderKey, verify: mlDsa65.verify };
    const responder = new Responder(config);
    const self = new Initiator(config);
    const message2 = must(responder.receiveFirst(must(self.start(initiatorSeed())), responderRandomness()));
    expect(self.receive(message2, toResponderSeed())).toEqual(fail('SelfConnection'));

    const { message1, message2: answer, message3 } = shaken(BOUND_FORM);
    const toInitiator = must(encapsulate(message1, responderRandomness().encapsulationSeed)).sharedSecret;
    const toResponder = must(encapsulate(answer.subarray(0, 1184), toResponderSeed())).sharedSecret;
    const own = MESSAGE_3.encode({
      ...must(MESSAGE_3.decode(message3)),
      identityKey: responderKey.publicKey,
      signature: UNSIGNED,
    });
    signMessage(own, responderKey, initiatorDigest(BOUND_FORM, message1, answer, own, toInitiator, toResponder));
    expect(outcomeOf(BOUND_FORM, message1, own)).toEqual(fail('SelfConnection'));
  });

  it('an identity put into message 3 on the path passes form 1.0.0 with other keys, and never the bound form (06 §15 E-1)', () => {
    const unknown = new Uint8Array(32);
    for (const form of FORMS) {
      const { message1, message2, message3, ofInitiator } = shaken(form);
      const { ciphertext } = must(MESSAGE_3.decode(message3));
      const swapped = MESSAGE_3.encode({ ciphertext, identityKey: attackerKey.publicKey, signature: UNSIGNED });
      signMessage(swapped, attackerKey, initiatorDigest(form, message1, message2, swapped, unknown, unknown));
      const result = outcomeOf(form, message1, swapped);
      if (form.bindSecrets) {
        expect(result).toEqual(fail('BadInitiatorSignature'));
      } else {
        expect(result.ok && typeof result.value === 'object' && 'remoteKey' in result.value).toBe(true);
        const session = must(result);
        expect(session.remoteKey).toEqual(attackerKey.publicKey);
        expect(toHex(session.receiveKey)).not.toBe(toHex(ofInitiator.sendKey));
      }
    }
  });

  it('forms do not mix, and messages of another handshake do not fit', () => {
    const bound = shaken(BOUND_FORM);
    const unbound = shaken(UNBOUND_FORM);
    expect(answerTo(BOUND_FORM, unbound.message2)).toEqual(fail('BadResponderSignature'));
    expect(answerTo(UNBOUND_FORM, bound.message2)).toEqual(fail('BadResponderSignature'));
    expect(outcomeOf(BOUND_FORM, bound.message1, unbound.message3)).toEqual(fail('BadInitiatorSignature'));

    const later = newInitiator(BOUND_FORM);
    must(later.start(new Uint8Array(64).fill(9)));
    expect(later.receive(bound.message2, toResponderSeed())).toEqual(fail('BadResponderSignature'));
    const responder = newResponder(BOUND_FORM);
    must(responder.receiveFirst(bound.message1, { ...responderRandomness(), ephemeralSeed: new Uint8Array(64) }));
    expect(responder.receiveLast(bound.message3)).toEqual(fail('BadInitiatorSignature'));
  });

  it('too few or too many random bytes are RngFailed', () => {
    const { message1, message2 } = shaken(BOUND_FORM);
    for (const size of [0, 63, 65]) {
      expect(newInitiator(BOUND_FORM).start(new Uint8Array(size))).toEqual(fail('RngFailed'));
      const seeds = { ...responderRandomness(), ephemeralSeed: new Uint8Array(size) };
      expect(newResponder(BOUND_FORM).receiveFirst(message1, seeds)).toEqual(fail('RngFailed'));
    }
    for (const size of [0, 31, 33]) {
      const seeds = { ...responderRandomness(), encapsulationSeed: new Uint8Array(size) };
      expect(newResponder(BOUND_FORM).receiveFirst(message1, seeds)).toEqual(fail('RngFailed'));
      const initiator = newInitiator(BOUND_FORM);
      must(initiator.start(initiatorSeed()));
      expect(initiator.receive(message2, new Uint8Array(size))).toEqual(fail('RngFailed'));
    }
  });

  it('a step out of turn is OutOfTurn and ends the machine, as every error does', () => {
    const { message1, message2, message3 } = shaken(BOUND_FORM);
    const out = fail('OutOfTurn');
    const start = (initiator: Initiator) => initiator.start(initiatorSeed());
    const receive = (initiator: Initiator, message = message2) => initiator.receive(message, toResponderSeed());
    const first = (responder: Responder, message = message1) => responder.receiveFirst(message, responderRandomness());

    const unstarted = newInitiator(BOUND_FORM);
    expect([receive(unstarted), start(unstarted)]).toEqual([out, out]);
    const twice = newInitiator(BOUND_FORM);
    expect([start(twice).ok, start(twice), receive(twice)]).toEqual([true, out, out]);
    const done = newInitiator(BOUND_FORM);
    expect([start(done).ok, receive(done).ok, receive(done)]).toEqual([true, true, out]);
    const failed = newInitiator(BOUND_FORM);
    expect([start(failed).ok, receive(failed, message1)]).toEqual([true, fail('BadMsgSize')]);
    expect(receive(failed)).toEqual(out);
    const abandoned = newInitiator(BOUND_FORM);
    expect(start(abandoned).ok).toBe(true);
    abandoned.abandon();
    expect(receive(abandoned)).toEqual(out);

    const early = newResponder(BOUND_FORM);
    expect([early.receiveLast(message3), first(early)]).toEqual([out, out]);
    const again = newResponder(BOUND_FORM);
    expect([first(again).ok, first(again), again.receiveLast(message3)]).toEqual([true, out, out]);
    const over = newResponder(BOUND_FORM);
    expect([first(over).ok, over.receiveLast(message3).ok, over.receiveLast(message3)]).toEqual([true, true, out]);
    const wrong = newResponder(BOUND_FORM);
    expect([first(wrong, message2), first(wrong)]).toEqual([fail('BadMsgSize'), out]);
    const givenUp = newResponder(BOUND_FORM);
    expect(first(givenUp).ok).toBe(true);
    givenUp.abandon();
    expect(givenUp.receiveLast(message3)).toEqual(out);
  });
});

describe('secrets of the handshake (06 §3.4)', () => {
  const isWiped = (...secrets: readonly Uint8Array[]): boolean =>
    secrets.every((secret) => secret.every((byte) => byte === 0));

  it('random bytes are wiped once used, and on every error', () => {
    const { message1, message2 } = shaken(BOUND_FORM);
    const seed = initiatorSeed();
    const initiator = newInitiator(BOUND_FORM);
    expect(initiator.start(seed).ok && isWiped(seed)).toBe(true);
    for (const message of [message2, changedAt(message2, 5000, 1), message1]) {
      const dialer = newInitiator(BOUND_FORM);
      must(dialer.start(initiatorSeed()));
      const secret = toResponderSeed();
      dialer.receive(message, secret);
      expect(isWiped(secret)).toBe(true);
    }
    for (const message of [message1, message2]) {
      const { ephemeralSeed, encapsulationSeed } = responderRandomness();
      newResponder(BOUND_FORM).receiveFirst(message, { ephemeralSeed, encapsulationSeed });
      expect(isWiped(ephemeralSeed, encapsulationSeed)).toBe(true);
    }
    const late = initiatorSeed();
    expect(initiator.start(late).ok).toBe(false);
    expect(isWiped(late)).toBe(true);
  });
});
