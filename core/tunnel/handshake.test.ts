import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, toHex } from '../bytes/bytes.ts';
import { fail } from '../bytes/result.ts';
import { sha256 } from '../crypto/hash.ts';
import { nodeId } from '../crypto/ids.ts';
import { BOUND_FORM, OFFERED_FORMS, UNBOUND_FORM } from './forms.ts';
import {
  answerTo,
  changedAt,
  FORMS,
  initiatorKey,
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
import { MESSAGE_1_SIZE, MESSAGE_2_SIZE, MESSAGE_3_SIZE } from './handshake-messages.ts';
import { RecordSealer } from './records.ts';

/** The values of 06 §3.7, hashes of messages and the rest as they are. */
const KNOWN = {
  [UNBOUND_FORM.protocol]: {
    message1: 'e68d60857f9cb41f88c278ca430e472c6df5679fd5bac3ce872334293c5d0c42',
    message2: '6e7e9c8ab20ab7c63df5b09b747671236afb041f6a2dad3a1d97291a26a3deda',
    message3: 'c9b0467903535625a314f7d610b920c74097ac5fa2257663adf1c0d4a346692b',
    initiatorToResponder: '476493853d2ab06adcee934a5bcc567438ed2b6968745d3a169827947e5dd4fd',
    responderToInitiator: '7ace933ca6ad82c07a3b7d780111c5a9d1976cefa8bef6bc7d14a034a376d0ed',
    transcriptHash: '3bbffe93bac5d6e28c0254c2700981962994a3d7f07c0b40217dc21a557f81c5',
    records: ['0015b63e3dd3c0e7ec04a4081ced07e3712e454405058e', '0011fce31c7a1bfba72e3b5ff4e79b7b2adbc3'],
  },
  [BOUND_FORM.protocol]: {
    message1: 'e68d60857f9cb41f88c278ca430e472c6df5679fd5bac3ce872334293c5d0c42',
    message2: '76b18f04ba24742e709533025722893a9f62eee5358c998224e8c04dbabd8d46',
    message3: '8482ef25bf9306e20a3a9494ee0160de3a4fd5b5dde52f980d5ab9e0ab6101db',
    initiatorToResponder: '21e31da3b15aad586613d785d3d19c658d4de676a85d5d0da5e33945806ebe33',
    responderToInitiator: '3679d4da536a315c4f568945f43519520b3f05dfb8e6091898460767e2de01ad',
    transcriptHash: '870f21edf4b01d46c9774e877cf414f9a38be4e622699da56eb233025e365bcd',
    records: ['00156d6f220d4682d018c4302d5199ae52266fb7e8b7ec', '00117cc5a2dad0b1c0d0ea04a2ef931dc515bd'],
  },
};

/** First and last byte of every field of a message, from the sizes of its fields in order. */
const fieldEdges = (...sizes: readonly number[]): readonly number[] => {
  let end = 0;
  return sizes.flatMap((size) => {
    end += size;
    return [end - size, end - 1];
  });
};

describe('handshake (06 §3)', () => {
  it('offers the bound form alone (09 §4)', () => {
    expect(OFFERED_FORMS.map(({ protocol, bindSecrets }) => [protocol, bindSecrets])).toEqual([
      ['/montana/noise-pq-xx/1.1.0', true],
    ]);
  });

  it('has messages of 1184, 7533 and 6349 bytes', () => {
    expect([MESSAGE_1_SIZE, MESSAGE_2_SIZE, MESSAGE_3_SIZE]).toEqual([1184, 7533, 6349]);
    for (const form of FORMS) {
      const { message1, message2, message3 } = shaken(form);
      expect([message1.length, message2.length, message3.length]).toEqual([1184, 7533, 6349]);
    }
  });

  it.each(FORMS)('comes to the known values, $protocol', (form) => {
    const { message1, message2, message3, ofInitiator } = shaken(form);
    const sealer = new RecordSealer(ofInitiator.sendKey.slice());
    expect({
      message1: toHex(sha256(message1)),
      message2: toHex(sha256(message2)),
      message3: toHex(sha256(message3)),
      initiatorToResponder: toHex(ofInitiator.sendKey),
      responderToInitiator: toHex(ofInitiator.receiveKey),
      transcriptHash: toHex(ofInitiator.transcriptHash),
      records: ['hello', 'x'].map((text) => toHex(must(sealer.seal(ascii(text))))),
    }).toEqual(KNOWN[form.protocol]);
  });

  it.each(FORMS)('ends in one session with two views, $protocol', (form) => {
    const { ofInitiator, ofResponder } = shaken(form);
    expect(ofInitiator).toEqual({
      remoteKey: responderKey.publicKey,
      remotePeer: 'QmRWPxnmQGGN4VM7H18GMQSeqESjQvEGm5gyk6XR9KjKPo',
      sendKey: ofResponder.receiveKey,
      receiveKey: ofResponder.sendKey,
      transcriptHash: ofResponder.transcriptHash,
    });
    expect(ofResponder.remoteKey).toEqual(initiatorKey.publicKey);
    expect(ofResponder.remotePeer).toBe('QmbbbLJkuEySycvxTHpxUtqN7FxzgLEbbGPquLdjhSg7q8');
    expect(nodeId(ofInitiator.remoteKey)).toBe('2cc378c22a9d69cc0f26ecdd201aaca0e722d9d6d18f0e0052a7eb27643b43d3');
    expect(toHex(ofInitiator.sendKey)).not.toBe(toHex(ofInitiator.receiveKey));
  });

  it('keeps nothing that its caller can change afterwards', () => {
    const initiator = newInitiator(BOUND_FORM);
    const responder = newResponder(BOUND_FORM);
    const message1 = must(initiator.start(initiatorSeed()));
    const message2 = must(responder.receiveFirst(message1, responderRandomness()));
    message1.fill(0);
    const done = must(initiator.receive(message2, toResponderSeed()));
    message2.fill(0);
    const session = must(responder.receiveLast(done.message));
    done.message.fill(0);
    expect(session).toEqual(shaken(BOUND_FORM).ofResponder);
    expect(done.session).toEqual(shaken(BOUND_FORM).ofInitiator);
  });
});

describe('one changed byte (06 §3.4)', () => {
  const mask = fc.integer({ min: 1, max: 255 });

  it.each(FORMS)('of message 1 leaves the initiator without a session, $protocol', (form) => {
    const refuses = (at: number, bits: number): void => {
      const answer = newResponder(form).receiveFirst(changedAt(shaken(form).message1, at, bits), responderRandomness());
      if (answer.ok) expect(answerTo(form, answer.value)).toEqual(fail('BadResponderSignature'));
      else expect(answer.error).toBe('InvalidPublicKey');
    };
    for (const at of fieldEdges(1184)) refuses(at, 1);
    fc.assert(fc.property(fc.nat(1183), mask, refuses), { seed: 20261121, numRuns: 12 });
  });

  it.each(FORMS)('of message 2 is a bad signature of the responder, $protocol', (form) => {
    const refuses = (at: number, bits: number): void => {
      const changed = changedAt(shaken(form).message2, at, bits);
      expect(answerTo(form, changed)).toEqual(fail('BadResponderSignature'));
    };
    for (const at of fieldEdges(1184, 1088, 1952, 3309)) refuses(at, 1);
    fc.assert(fc.property(fc.nat(7532), mask, refuses), { seed: 20261121, numRuns: 60 });
  });

  it.each(FORMS)('of message 3 is a bad signature of the initiator, $protocol', (form) => {
    const { message1, message3 } = shaken(form);
    const refuses = (at: number, bits: number): void => {
      expect(outcomeOf(form, message1, changedAt(message3, at, bits))).toEqual(fail('BadInitiatorSignature'));
    };
    for (const at of fieldEdges(1088, 1952, 3309)) refuses(at, 1);
    fc.assert(fc.property(fc.nat(6348), mask, refuses), { seed: 20261121, numRuns: 25 });
  });
});
