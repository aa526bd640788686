import { equalBytes } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { peerId } from '../crypto/ids.ts';
import { decapsulate, encapsulate, KEM_SEED_SIZE, mlKemKeyPair } from '../crypto/ml-kem.ts';
import type { SigningKey, Verify } from '../crypto/suite.ts';
import type { Form } from './forms.ts';
import { initiatorDigest, responderDigest, type Session, trafficKeys } from './handshake-keys.ts';
import { MESSAGE_1, MESSAGE_2, MESSAGE_3, signMessage, UNSIGNED } from './handshake-messages.ts';
import { ENCAPSULATION_SEED_SIZE } from './initiator.ts';
import { wipe } from './wipe.ts';

export interface ResponderConfig {
  readonly form: Form;
  /** Node key (06 §3.1). */
  readonly key: SigningKey;
  readonly verify: Verify;
}

/** Fresh random bytes of one responder; the machine takes them over and wipes them. */
export interface ResponderRandomness {
  /** 64 bytes. */
  readonly ephemeralSeed: Uint8Array;
  /** 32 bytes. */
  readonly encapsulationSeed: Uint8Array;
}

/**
 * - `BadMsgSize`: message 1 is not of 1184 bytes, or message 3 not of 6349.
 * - `InvalidPublicKey`: the initiator's ephemeral key is not reduced (FIPS 203 §7.2).
 * - `BadInitiatorSignature`: also what a change of messages 2 or 3 on the way comes out as.
 * - `SelfConnection`: the initiator has our own key.
 * - `RngFailed`: not as many random bytes as asked for.
 * - `OutOfTurn`: not this machine's turn, or over.
 */
export type ResponderError =
  | 'BadMsgSize'
  | 'InvalidPublicKey'
  | 'BadInitiatorSignature'
  | 'SelfConnection'
  | 'RngFailed'
  | 'OutOfTurn';

interface Waiting {
  readonly message1: Uint8Array;
  readonly message2: Uint8Array;
  readonly toInitiator: Uint8Array;
  readonly ephemeralSecret: Uint8Array;
}

/**
 * The side that listens (06 §3.4): `receiveFirst` with exactly 1184 bytes answers message 2, `receiveLast` with exactly 6349 ends in a
 * session. The answer costs a key, an encapsulation and a signature for bytes that anybody may send: limits come before (06 §11). After
 * any error the machine is over: close the connection, send nothing.
 */
export class Responder {
  readonly #config: ResponderConfig;
  #isOver = false;
  #waiting: Waiting | undefined;

  constructor(config: ResponderConfig) {
    this.#config = config;
  }

  /** Message 1; answers message 2. */
  receiveFirst(message1: Uint8Array, randomness: ResponderRandomness): Result<Uint8Array, ResponderError> {
    const { ephemeralSeed, encapsulationSeed } = randomness;
    const seeds = [ephemeralSeed, encapsulationSeed];
    if (this.#isOver || this.#waiting !== undefined) return this.#end(fail('OutOfTurn'), ...seeds);
    if (ephemeralSeed.length !== KEM_SEED_SIZE || encapsulationSeed.length !== ENCAPSULATION_SEED_SIZE) {
      return this.#end(fail('RngFailed'), ...seeds);
    }
    const received = MESSAGE_1.decode(message1);
    if (!received.ok) return this.#end(fail('BadMsgSize'), ...seeds);
    const encapsulated = encapsulate(received.value.ephemeralKey, encapsulationSeed);
    if (!encapsulated.ok) return this.#end(fail('InvalidPublicKey'), ...seeds);

    const { form, key } = this.#config;
    const { ciphertext, sharedSecret } = encapsulated.value;
    const { publicKey, secretKey } = mlKemKeyPair(ephemeralSeed);
    wipe(...seeds);
    const message2 = MESSAGE_2.encode({
      ephemeralKey: publicKey,
      ciphertext,
      identityKey: key.publicKey,
      signature: UNSIGNED,
    });
    signMessage(message2, key, responderDigest(form, message1, message2, sharedSecret));
    this.#waiting = { message1: message1.slice(), message2, toInitiator: sharedSecret, ephemeralSecret: secretKey };
    return ok(message2.slice());
  }

  /** Message 3; answers the session. */
  receiveLast(message3: Uint8Array): Result<Session, ResponderError> {
    const waiting = this.#waiting;
    if (this.#isOver || waiting === undefined) return this.#end(fail('OutOfTurn'));
    const received = MESSAGE_3.decode(message3);
    if (!received.ok) return this.#end(fail('BadMsgSize'));
    const { ciphertext, identityKey, signature } = received.value;
    const { message1, message2, toInitiator, ephemeralSecret } = waiting;
    const toResponder = decapsulate(ephemeralSecret, ciphertext);
    if (!toResponder.ok) return this.#end(fail('BadMsgSize'));

    const { form, key, verify } = this.#config;
    const signed = initiatorDigest(form, message1, message2, message3, toInitiator, toResponder.value);
    if (!verify(identityKey, signed, signature)) return this.#end(fail('BadInitiatorSignature'), toResponder.value);
    if (equalBytes(identityKey, key.publicKey)) return this.#end(fail('SelfConnection'), toResponder.value);
    const keys = trafficKeys(toInitiator, toResponder.value, message1, message2, message3);
    const session = {
      remoteKey: identityKey.slice(),
      remotePeer: peerId(identityKey),
      sendKey: keys.responderToInitiator,
      receiveKey: keys.initiatorToResponder,
      transcriptHash: keys.transcriptHash,
    };
    return this.#end(ok(session), toResponder.value);
  }

  /** Gives up, for a deadline of the shell: nothing secret stays. */
  abandon(): void {
    this.#end(undefined);
  }

  #end<T>(result: T, ...secrets: readonly Uint8Array[]): T {
    this.#isOver = true;
    wipe(this.#waiting?.toInitiator, this.#waiting?.ephemeralSecret, ...secrets);
    return result;
  }
}
