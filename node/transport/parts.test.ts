import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Result } from '#core/bytes/result.ts';
import { peerId } from '#core/crypto/ids.ts';
import { BOUND_FORM } from '#core/tunnel/forms.ts';
import { RecordOpener, RecordSealer } from '#core/tunnel/records.ts';
import { FRAME_CAPACITY, messageToFrames } from '#core/wire/frames.ts';
import { nativeAead } from './aead.ts';
import { FrameReader } from './frame-reader.ts';
import { Handshakes } from './handshakes.ts';
import { libp2pKey, peerIdOf } from './identity.ts';
import { anEnvelope, keyOf, seedOf, until } from './party.suite.ts';

describe('identity', () => {
  it('has the PeerIds of 06 §3.7', () => {
    expect(peerIdOf(keyOf(0x77)).toString()).toBe('QmRWPxnmQGGN4VM7H18GMQSeqESjQvEGm5gyk6XR9KjKPo');
    expect(peerIdOf(keyOf(0xaa)).toString()).toBe('QmbbbLJkuEySycvxTHpxUtqN7FxzgLEbbGPquLdjhSg7q8');
  });

  it('is a libp2p key of that PeerId, without a secret', () => {
    const { publicKey, raw } = libp2pKey(keyOf(1));
    expect(publicKey.toString()).toBe(peerId(keyOf(1)));
    expect(equalBytes(raw, keyOf(1))).toBe(true);
    expect(publicKey.equals(libp2pKey(keyOf(1)).publicKey)).toBe(true);
    expect(publicKey.equals(libp2pKey(keyOf(2)).publicKey)).toBe(false);
    expect(() => libp2pKey(keyOf(1)).sign(raw)).toThrow();
  });
});

describe('nativeAead', () => {
  it('makes the same records as the core, and opens its', () => {
    const key = (): Uint8Array => new Uint8Array(32).fill(9);
    for (const size of [1, 1_024, 65_519, 70_000]) {
      const data = new Uint8Array(randomBytes(size));
      const [ours, cores] = [
        new RecordSealer(key(), 5n, nativeAead).seal(data),
        new RecordSealer(key(), 5n).seal(data),
      ];
      if (!ours.ok || !cores.ok) throw new Error('not sealed');
      expect(equalBytes(ours.value, cores.value)).toBe(true);
      const opened = new RecordOpener(key(), 5n, nativeAead).push(cores.value);
      expect(opened.error).toBeUndefined();
      expect(equalBytes(concat(...opened.data), data)).toBe(true);
    }
  });

  it('opens no changed record', () => {
    const key = (): Uint8Array => new Uint8Array(32).fill(9);
    const sealed = new RecordSealer(key(), 0n, nativeAead).seal(new Uint8Array(40));
    if (!sealed.ok) throw new Error(sealed.error);
    for (const at of [2, 20, sealed.value.length - 1]) {
      const changed = sealed.value.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(new RecordOpener(key(), 0n, nativeAead).push(changed).error).toBe('BadRecord');
    }
  });
});

describe('Handshakes', () => {
  it('lets no more than 64 jobs wait, and ends those that do with it', async () => {
    const handshakes = await Handshakes.start({ seed: seedOf(1) });
    expect(equalBytes(handshakes.publicKey, keyOf(1))).toBe(true);
    const message = new Uint8Array(1_184);
    const jobs = Array.from({ length: 70 }, () => {
      const job = { kind: 'receive-first', machine: handshakes.machine(), form: BOUND_FORM, message } as const;
      return handshakes.ask(job);
    });
    const busy = await Promise.all(jobs.slice(64));
    expect(busy.every((result) => !result.ok && result.error === 'HandshakesBusy')).toBe(true);
    await handshakes.stop();
    const last = await (jobs[63] as Promise<Result<unknown>>);
    expect(last).toEqual({ ok: false, error: 'HandshakesStopped' });
    expect(await handshakes.ask({ kind: 'abandon', machine: 0 })).toEqual({ ok: false, error: 'HandshakesStopped' });
  });

  it('go on after what they cannot do, and say so when their thread dies', async () => {
    const died: string[] = [];
    const handshakes = await Handshakes.start({ seed: seedOf(1) }, (reason) => died.push(reason));
    const wrong = { kind: 'receive-first', machine: 0, form: BOUND_FORM, message: undefined } as never;
    expect(await handshakes.ask(wrong)).toEqual({ ok: false, error: 'HandshakeFault' });
    const prove = { kind: 'prove', listener: ZERO_ID, window: 0n, difficulty: undefined, limit: 0 } as const;
    expect((await handshakes.ask(prove)).ok).toBe(true);
    expect(died).toEqual([]);
    // The thread has no answer to what is no job.
    await handshakes.ask({ kind: 'nothing' } as never);
    await until(() => died.length > 0);
    expect(died).toEqual([expect.stringMatching(/^the thread of the handshakes: [^\n]+$/)]);
    expect(await handshakes.ask({ kind: 'abandon', machine: 0 })).toEqual({ ok: false, error: 'HandshakesStopped' });
  });

  it('look for work no longer than somebody waits for it', async () => {
    const handshakes = await Handshakes.start({ seed: seedOf(1) });
    const work = { kind: 'prove', listener: ZERO_ID, window: 0n } as const;
    // Difficulty 0 is what no work is enough for; of difficulty 1 the first trial is.
    expect(await handshakes.ask({ ...work, difficulty: 0, limit: 1 })).toEqual({ ok: false, error: 'WorkTimeout' });
    expect((await handshakes.ask({ ...work, difficulty: 1, limit: 0 })).ok).toBe(true);
    await handshakes.stop();
  });

  it('that are stopped have not died, and a seed that is none is told at once', async () => {
    const died: string[] = [];
    const handshakes = await Handshakes.start({ seed: seedOf(1) }, (reason) => died.push(reason));
    await handshakes.stop();
    expect(died).toEqual([]);
    await expect(Handshakes.start({ seed: new Uint8Array(3) })).rejects.toThrow();
  });

  it('refuse what is out of turn or no message', async () => {
    const handshakes = await Handshakes.start({ seed: seedOf(1) });
    const machine = handshakes.machine();
    const late = await handshakes.ask({ kind: 'receive-last', machine, message: new Uint8Array(6_349) });
    expect(late).toEqual({ ok: false, error: 'OutOfTurn' });
    const short = { kind: 'receive-first', machine, form: BOUND_FORM, message: new Uint8Array(5) } as const;
    expect(await handshakes.ask(short)).toEqual({ ok: false, error: 'BadMsgSize' });
    const unreduced = { ...short, message: new Uint8Array(1_184).fill(0xff) };
    expect(await handshakes.ask(unreduced)).toEqual({ ok: false, error: 'InvalidPublicKey' });
    await handshakes.stop();
  });
});

describe('FrameReader', () => {
  it('gives the same envelopes however the bytes are cut', () => {
    const fill = new Uint8Array(FRAME_CAPACITY);
    const sizes = fc.array(fc.integer({ min: 0, max: 3_500 }), { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.integer({ min: 1, max: 2_500 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, cuts, (payloads, lengths) => {
        const envelopes = payloads.map((size, index) => anEnvelope(0x22, size, index));
        const bytes = concat(...envelopes.flatMap((envelope) => messageToFrames(envelope, fill)));
        const reader = new FrameReader();
        const read: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const length = lengths[turn % lengths.length] as number;
          expect(reader.push(bytes.subarray(at, at + length), (envelope) => read.push(envelope)).ok).toBe(true);
          at += length;
        }
        expect(read.length).toBe(envelopes.length);
        expect(read.every((envelope, index) => equalBytes(envelope, envelopes[index] as Uint8Array))).toBe(true);
        expect(reader.frames * 1_024).toBe(bytes.length);
      }),
      { seed: 20261121, numRuns: 50 },
    );
  });

  it('lets unknown types and versions pass, and no wrong length', () => {
    const fill = new Uint8Array(FRAME_CAPACITY);
    const outcome = (message: Uint8Array): unknown => {
      const [frame] = messageToFrames(message, fill);
      const read: Uint8Array[] = [];
      const result = new FrameReader().push(frame as Uint8Array, (envelope) => read.push(envelope));
      return result.ok ? read.length : result.error;
    };
    expect(outcome(anEnvelope(0xee, 5))).toBe(1);
    const version = anEnvelope(0x22, 5);
    version[1] = 9;
    expect(outcome(version)).toBe(1);
    expect(outcome(anEnvelope(0x22, 5).subarray(0, 18))).toBe('TruncatedPayload');
    expect(outcome(concat(anEnvelope(0x22, 5), new Uint8Array(1)))).toBe('PayloadLengthMismatch');
    expect(outcome(new Uint8Array(0))).toBe('TruncatedHeader');
  });
});
