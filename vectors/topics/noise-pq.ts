import { equalBytes } from '#core/bytes/bytes.ts';
import type { Result } from '#core/bytes/result.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { decapsulate, mlKemKeyPair } from '#core/crypto/ml-kem.ts';
import { BOUND_FORM, type Form, UNBOUND_FORM } from '#core/tunnel/forms.ts';
import type { Session } from '#core/tunnel/handshake-keys.ts';
import { MESSAGE_2, MESSAGE_3 } from '#core/tunnel/handshake-messages.ts';
import { Initiator } from '#core/tunnel/initiator.ts';
import { LENGTH_SIZE, RecordSealer } from '#core/tunnel/records.ts';
import { Responder } from '#core/tunnel/responder.ts';
import { type Handlers, outcome } from '../handler.ts';
import type { Input } from '../input.ts';
import { keyOf } from '../keys.ts';

const FORMS: Readonly<Record<string, Form>> = { '1.0.0': UNBOUND_FORM, '1.1.0': BOUND_FORM };

const formOf = (input: Input): Form => {
  const form = FORMS[input.text('form')];
  if (form === undefined) throw new Error(`unknown form ${input.text('form')}`);
  return form;
};

const initiatorOf = (input: Input): Initiator =>
  new Initiator({
    form: formOf(input),
    key: keyOf(input.id('initiator_identity_seed')),
    verify: mlDsa65.verify,
  });

const responderOf = (input: Input): Responder =>
  new Responder({
    form: formOf(input),
    key: keyOf(input.id('responder_identity_seed')),
    verify: mlDsa65.verify,
  });

/** The machines wipe the random bytes they are given: these are made anew at each call. */
const responderRandomness = (input: Input) => ({
  ephemeralSeed: input.bytes('responder_ephemeral_seed'),
  encapsulationSeed: input.bytes('encaps_m_to_initiator'),
});

const got = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

/** SHA-256 of what the key of `seed` decapsulates: the machines do not give their secrets away. */
const secretHash = (seed: Uint8Array, ciphertext: Uint8Array): Uint8Array =>
  sha256(got(decapsulate(mlKemKeyPair(seed).secretKey, ciphertext)));

const keysOfInitiator = ({ sendKey, receiveKey }: Session) => ({ sk_i_to_r: sendKey, sk_r_to_i: receiveKey });

/** The same session, seen from the other side. A difference fails the case. */
const keysOfBoth = (initiator: Session, responder: Session) => {
  const { sendKey, receiveKey, transcriptHash } = responder;
  const isSame =
    equalBytes(initiator.sendKey, receiveKey) &&
    equalBytes(initiator.receiveKey, sendKey) &&
    equalBytes(initiator.transcriptHash, transcriptHash);
  if (!isSame) throw new Error('the two sides differ');
  return { ...keysOfInitiator(initiator), transcript_hash: transcriptHash };
};

/** One stretch of wire, cut into its records. */
const recordsOf = (wire: Uint8Array): readonly Uint8Array[] => {
  const records: Uint8Array[] = [];
  for (let at = 0; at < wire.length; at += (records.at(-1) as Uint8Array).length) {
    const length = (wire[at] as number) * 256 + (wire[at + 1] as number);
    records.push(wire.subarray(at, at + LENGTH_SIZE + length));
  }
  return records;
};

/** 06 §3. */
export const noisePq: Handlers = {
  noise_pq_xx: (input) => {
    const initiator = initiatorOf(input);
    const responder = responderOf(input);
    const message1 = got(initiator.start(input.bytes('initiator_ephemeral_seed')));
    const message2 = got(responder.receiveFirst(message1, responderRandomness(input)));
    const { message: message3, session } = got(initiator.receive(message2, input.bytes('encaps_m_to_responder')));
    const both = keysOfBoth(session, got(responder.receiveLast(message3)));
    return {
      msg1_size: message1.length,
      msg2_size: message2.length,
      msg3_size: message3.length,
      msg1_sha256: sha256(message1),
      msg2_sha256: sha256(message2),
      msg3_sha256: sha256(message3),
      ss_i_sha256: secretHash(input.bytes('initiator_ephemeral_seed'), got(MESSAGE_2.decode(message2)).ciphertext),
      ss_r_sha256: secretHash(input.bytes('responder_ephemeral_seed'), got(MESSAGE_3.decode(message3)).ciphertext),
      ...both,
    };
  },
  noise_pq_xx_initiator: (input) => {
    const initiator = initiatorOf(input);
    got(initiator.start(input.bytes('initiator_ephemeral_seed')));
    const done = initiator.receive(input.bytes('msg2'), input.bytes('encaps_m_to_responder'));
    return outcome(done, ({ message, session }) => ({ msg3_sha256: sha256(message), ...keysOfInitiator(session) }));
  },
  noise_pq_xx_responder: (input) => {
    const responder = responderOf(input);
    const answer = responder.receiveFirst(input.bytes('msg1'), responderRandomness(input));
    if (!answer.ok) return { error: answer.error };
    return outcome(responder.receiveLast(input.bytes('msg3')), (session) => ({
      peer_id_sha256: sha256(session.remoteKey),
      sk_i_to_r: session.receiveKey,
      sk_r_to_i: session.sendKey,
    }));
  },
  noise_pq_stream: (input) => {
    const sealer = new RecordSealer(input.bytes('tx_key'));
    return { frames: input.byteStrings('writes').flatMap((write) => recordsOf(got(sealer.seal(write)))) };
  },
  noise_pq_stream_large: (input) => {
    const wire = got(new RecordSealer(input.bytes('tx_key')).seal(input.bytes('write')));
    return { wire_sha256: sha256(wire), wire_size: wire.length };
  },
};
