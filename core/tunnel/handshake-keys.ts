import type { Form } from './forms.ts';
import { unsignedPart } from './handshake-messages.ts';
import { RAW_TAGS, rawHash } from './raw-hash.ts';
import { wipe } from './wipe.ts';

/** What both sides hold after the handshake. The keys are the receiver's to wipe: `RecordSealer` and `RecordOpener` take them over. */
export interface Session {
  /** The ML-DSA key whose holder signed, 1952 bytes. */
  readonly remoteKey: Uint8Array;
  /** PeerId of that key as text, `Qm…` (06 §3.1). */
  readonly remotePeer: string;
  /** Key of the records sent, 32 bytes. */
  readonly sendKey: Uint8Array;
  /** Key of the records received, 32 bytes. */
  readonly receiveKey: Uint8Array;
  /** Names this very connection for the layers above, 32 bytes. */
  readonly transcriptHash: Uint8Array;
}

/** The 32 bytes that the responder signs: message 1, its own message, and in the bound form the first secret (06 §3.3). */
export const responderDigest = (
  form: Form,
  message1: Uint8Array,
  message2: Uint8Array,
  toInitiator: Uint8Array,
): Uint8Array => {
  const parts = [RAW_TAGS.responderSignature, message1, unsignedPart(message2)];
  return form.bindSecrets ? rawHash(...parts, toInitiator) : rawHash(...parts);
};

/** The 32 bytes that the initiator signs: all messages, and in the bound form both secrets (06 §3.3). */
export const initiatorDigest = (
  form: Form,
  message1: Uint8Array,
  message2: Uint8Array,
  message3: Uint8Array,
  toInitiator: Uint8Array,
  toResponder: Uint8Array,
): Uint8Array => {
  const parts = [RAW_TAGS.initiatorSignature, message1, message2, unsignedPart(message3)];
  return form.bindSecrets ? rawHash(...parts, toInitiator, toResponder) : rawHash(...parts);
};

export interface TrafficKeys {
  readonly initiatorToResponder: Uint8Array;
  readonly responderToInitiator: Uint8Array;
  readonly transcriptHash: Uint8Array;
}

/** Keys of the two directions and the name of the connection (06 §3.3). The master secret does not outlive the call. */
export const trafficKeys = (
  toInitiator: Uint8Array,
  toResponder: Uint8Array,
  message1: Uint8Array,
  message2: Uint8Array,
  message3: Uint8Array,
): TrafficKeys => {
  const master = rawHash(RAW_TAGS.master, toInitiator, toResponder, message1, message2, message3);
  const keys = {
    initiatorToResponder: rawHash(RAW_TAGS.initiatorToResponder, master),
    responderToInitiator: rawHash(RAW_TAGS.responderToInitiator, master),
    transcriptHash: rawHash(RAW_TAGS.transcript, message1, message2, message3),
  };
  wipe(master);
  return keys;
};
