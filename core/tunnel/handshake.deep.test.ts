import { expect, it } from 'vitest';
import { concat, equalBytes } from '../bytes/bytes.ts';
import type { SigningKey, Verify } from '../crypto/suite.ts';
import { BOUND_FORM, UNBOUND_FORM } from './forms.ts';
import { changedAt, initiatorSeed, must, responderRandomness, toResponderSeed } from './handshake.suite.ts';
import { Initiator } from './initiator.ts';
import { rawHash } from './raw-hash.ts';
import { Responder } from './responder.ts';

/** A signature that costs a hash: covers key and message as a real one does, and is as long. Anybody could forge it. */
const cheapSignature = (publicKey: Uint8Array, message: Uint8Array): Uint8Array =>
  concat(rawHash(publicKey, message), new Uint8Array(3309 - 32));
const cheapKey = (fill: number): SigningKey => {
  const publicKey = new Uint8Array(1952).fill(fill);
  return { publicKey, sign: (message) => cheapSignature(publicKey, message) };
};
const verify: Verify = (publicKey, message, signature) => equalBytes(signature, cheapSignature(publicKey, message));

it.each([BOUND_FORM, UNBOUND_FORM])(
  'every byte of every message counts: none can change and leave a session, $protocol',
  (form) => {
    const initiatorOf = () => new Initiator({ form, key: cheapKey(1), verify });
    const responderOf = () => new Responder({ form, key: cheapKey(2), verify });
    const first = initiatorOf();
    const message1 = must(first.start(initiatorSeed()));
    const message2 = must(responderOf().receiveFirst(message1, responderRandomness()));
    const { message: message3 } = must(first.receive(message2, toResponderSeed()));

    const atInitiator = (message: Uint8Array): string => {
      const initiator = initiatorOf();
      must(initiator.start(initiatorSeed()));
      const result = initiator.receive(message, toResponderSeed());
      return result.ok ? 'session' : result.error;
    };
    const atResponder = (message: Uint8Array): string => {
      const responder = responderOf();
      must(responder.receiveFirst(message1, responderRandomness()));
      const result = responder.receiveLast(message);
      return result.ok ? 'session' : result.error;
    };
    const afterFirst = (message: Uint8Array): string => {
      const answer = responderOf().receiveFirst(message, responderRandomness());
      return answer.ok ? atInitiator(answer.value) : answer.error;
    };
    const outcomes = (message: Uint8Array, judge: (changed: Uint8Array) => string): readonly string[] => [
      ...new Set(Array.from(message, (_, at) => judge(changedAt(message, at, 1 << (at & 7))))),
    ];

    expect([afterFirst(message1), atInitiator(message2), atResponder(message3)]).toEqual(Array(3).fill('session'));
    expect(outcomes(message1, afterFirst).toSorted()).toEqual(['BadResponderSignature', 'InvalidPublicKey']);
    expect(outcomes(message2, atInitiator)).toEqual(['BadResponderSignature']);
    expect(outcomes(message3, atResponder)).toEqual(['BadInitiatorSignature']);
  },
);
