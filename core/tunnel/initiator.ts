import { equalBytes } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { peerId } from '../crypto/ids.ts';
import { decapsulate, encapsulate, KEM_SEED_SIZE, mlKemKeyPair } from '../crypto/ml-kem.ts';
import type { SigningKey, Verify } from '../crypto/suite.ts';
import type { Form } from './forms.ts';
import { initiatorDigest, responderDigest, type Session, trafficKeys } from './handshake-keys.ts';
import { MESSAGE_1, MESSAGE_2, MESSAGE_3, signMessage, UNSIGNED } from './handshake-messages.ts';
import { wipe } from './wipe.ts';

export interface InitiatorConfig {
  readonly form: Form;
  /** Node key, or account key of a client that has no other (06 §3.1). */
  readonly key: SigningKey;
  readonly verify: Verify;
  /** PeerId that the responder must have, as text; without it any will do. */
  readonly expectedPeer?: string | undefined;
}

/**
 * - `BadMsgSize`: message 2 is not of 7533 bytes.
 * - `BadResponderSignature`: also what a change of message 1 or of the ciphertext on the way comes out as.
 * - `UnexpectedPeer`: a valid responder, but not the pinned one; it learns nothing of who asked.
 * - `SelfConnection`: the responder has our own key.
 * - `InvalidPublicKey`: the responder's ephemeral key is not reduced (FIPS 203 §7.2).
 * - `RngFailed`: not as many random bytes as asked for.
 * - `OutOfTurn`: not started, or over.
 */
export type InitiatorError =
  | 'BadMsgSize'
  | 'BadResponderSignature'
  | 'UnexpectedPeer'
  | 'SelfConnection'
  | 'InvalidPublicKey'
  | 'RngFailed'
  | 'OutOfTurn';

export interface InitiatorDone {
  /** Message 3, to be sent before the first record. */
  readonly message: Uint8Array;
  readonly session: Session;
}

/** Random bytes of one encapsulation. */
export const ENCAPSULATION_SEED_SIZE = 32;

/**
 * The side that dials (06 §3.4): `start`, then `receive` with exactly 7533 bytes. Random bytes are inputs; the machine takes them over
 * and wipes them with every other secret. After any error it is over: close the connection, send nothing.
 */
export class Initiator {
  readonly #config: InitiatorConfig;
  #isOver = false;
  #message1: Uint8Array | undefined;
  #ephemeralSecret: Uint8Array | undefined;

  constructor(config: InitiatorConfig) {
    this.#config = config;
  }

  /** Message 1, made of 64 fresh random bytes. */
  start(ephemeralSeed: Uint8Array): Result<Uint8Array, 'RngFailed' | 'OutOfTurn'> {
    if (this.#isOver || this.#message1 !== undefined) return this.#end(fail('OutOfTurn'), ephemeralSeed);
    if (ephemeralSeed.length !== KEM_SEED_SIZE) return this.#end(fail('RngFailed'), ephemeralSeed);
    const { publicKey, secretKey } = mlKemKeyPair(ephemeralSeed);
    wipe(ephemeralSeed);
    this.#ephemeralSecret = secretKey;
    this.#message1 = MESSAGE_1.encode({ ephemeralKey: publicKey });
    return ok(this.#message1.slice());
  }

  /**
   * Message 2, and 32 fresh random bytes. The session stands for the initiator now, while nothing proves yet that the responder has it
   * too: not before `RecordOpener.isConfirmed`.
   */
  receive(message2: Uint8Array, encapsulationSeed: Uint8Array): Result<InitiatorDone, InitiatorError> {
    const message1 = this.#message1;
    const ephemeralSecret = this.#ephemeralSecret;
    if (this.#isOver || message1 === undefined || ephemeralSecret === undefined) {
      return this.#end(fail('OutOfTurn'), encapsulationSeed);
    }
    if (encapsulationSeed.length !== ENCAPSULATION_SEED_SIZE) return this.#end(fail('RngFailed'), encapsulationSeed);
    const received = MESSAGE_2.decode(message2);
    if (!received.ok) return this.#end(fail('BadMsgSize'), encapsulationSeed);
    const { ephemeralKey, ciphertext, identityKey, signature } = received.value;

    const toInitiator = decapsulate(ephemeralSecret, ciphertext);
    if (!toInitiator.ok) return this.#end(fail('BadMsgSize'), encapsulationSeed);
    const secrets = [encapsulationSeed, toInitiator.value];
    const { form, key, verify, expectedPeer } = this.#config;
    const signed = responderDigest(form, message1, message2, toInitiator.value);
    if (!verify(identityKey, signed, signature)) return this.#end(fail('BadResponderSignature'), ...secrets);
    const remotePeer = peerId(identityKey);
    if (expectedPeer !== undefined && remotePeer !== expectedPeer) return this.#end(fail('UnexpectedPeer'), ...secrets);
    if (equalBytes(identityKey, key.publicKey)) return this.#end(fail('SelfConnection'), ...secrets);

    const encapsulated = encapsulate(ephemeralKey, encapsulationSeed);
    if (!encapsulated.ok) return this.#end(fail('InvalidPublicKey'), ...secrets);
    const toResponder = encapsulated.value.sharedSecret;
    secrets.push(toResponder);
    const message3 = MESSAGE_3.encode({
      ciphertext: encapsulated.value.ciphertext,
      identityKey: key.publicKey,
      signature: UNSIGNED,
    });
    const digest = initiatorDigest(form, message1, message2, message3, toInitiator.value, toResponder);
    signMessage(message3, key, digest);
    const keys = trafficKeys(toInitiator.value, toResponder, message1, message2, message3);
    const session = {
      remoteKey: identityKey.slice(),
      remotePeer,
      sendKey: keys.initiatorToResponder,
      receiveKey: keys.responderToInitiator,
      transcriptHash: keys.transcriptHash,
    };
    return this.#end(ok({ message: message3, session }), ...secrets);
  }

  /** Gives up, for a deadline of the shell: nothing secret stays. */
  abandon(): void {
    this.#end(undefined);
  }

  #end<T>(result: T, ...secrets: readonly Uint8Array[]): T {
    this.#isOver = true;
    wipe(this.#ephemeralSecret, ...secrets);
    return result;
  }
}
