import { afterEach, describe, expect, it } from 'vitest';
import { concat } from '#core/bytes/bytes.ts';
import { peerId } from '#core/crypto/ids.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { BOUND_FORM, type Form, UNBOUND_FORM } from '#core/tunnel/forms.ts';
import { initiatorDigest } from '#core/tunnel/handshake-keys.ts';
import {
  MESSAGE_1_SIZE,
  MESSAGE_2_SIZE,
  MESSAGE_3,
  MESSAGE_3_SIZE,
  UNSIGNED,
} from '#core/tunnel/handshake-messages.ts';
import { aWiretap, GREETING_SIZE, portOf, type Wiretap } from './intruder.suite.ts';
import { anEnvelope, aParty, keyOf, type Party, seedOf, stopAll, until } from './party.suite.ts';

const wiretaps: Wiretap[] = [];

const tap = async (party: Party, change?: Parameters<typeof aWiretap>[1]): Promise<Wiretap> => {
  const wiretap = await aWiretap(portOf(party.address()), change);
  wiretaps.push(wiretap);
  return wiretap;
};

const through = (wiretap: Wiretap, fill?: number): string =>
  `/ip4/127.0.0.1/tcp/${wiretap.port}${fill === undefined ? '' : `/p2p/${peerId(keyOf(fill))}`}`;

type Pieces = Wiretap['toDialer'];
const joined = (pieces: Pieces): Uint8Array => concat(...pieces.map(({ bytes }) => bytes));

/** Bytes of one direction that had gone by the time the other one went on from `others` bytes. */
const sizeUntil = (pieces: Pieces, others: number): number => {
  let size = 0;
  for (const piece of pieces) if (piece.others <= others) size += piece.bytes.length;
  return size;
};

/** Whether whole records, and nothing else, follow the handshake. */
const areRecords = (bytes: Uint8Array, from: number): boolean => {
  let at = from;
  while (at + 2 <= bytes.length) at += 2 + (bytes[at] as number) * 256 + (bytes[at + 1] as number);
  return at === bytes.length;
};

describe('the handshake on the wire', () => {
  afterEach(async () => {
    await stopAll();
    for (const wiretap of wiretaps.splice(0)) wiretap.close();
  });

  it('is the same with ML-DSA absent from node:crypto, at either end', async () => {
    const [a, b] = await Promise.all([aParty(1), aParty(2, { portable: true })]);
    const c = await aParty(3, { portable: true });
    await Promise.all([a.transport.dial(b.address()), c.transport.dial(a.address()), b.transport.dial(c.address())]);
    await until(() => [a, b, c].every(({ opened }) => opened.length === 2));
    // Both refuse what is not the key that was asked for.
    for (const party of [a, b]) {
      const elsewhere = `${c.bareAddress()}/p2p/${peerId(keyOf(9))}`;
      await expect(party.transport.dial(elsewhere)).rejects.toThrow();
      expect(party.transport.counters.failed.size).toBe(1);
    }
    expect([a, b, c].flatMap(({ failed }) => failed)).toEqual([]);
  });

  it('takes 1184, 7533 and 6349 bytes, then there are records', async () => {
    const [a, b] = await Promise.all([aParty(1), aParty(2)]);
    const wiretap = await tap(b);
    const link = await a.transport.dial(through(wiretap, 2));
    a.transport.send(link.number, anEnvelope(0x22, 100));
    await until(() => b.messages.length === 1);
    const ends = { first: GREETING_SIZE + MESSAGE_1_SIZE, second: GREETING_SIZE + MESSAGE_2_SIZE };
    expect(sizeUntil(wiretap.toListener, GREETING_SIZE)).toBe(ends.first);
    expect(sizeUntil(wiretap.toDialer, ends.first)).toBe(ends.second);
    expect(areRecords(joined(wiretap.toListener), ends.first + MESSAGE_3_SIZE)).toBe(true);
    expect(areRecords(joined(wiretap.toDialer), ends.second)).toBe(true);
    expect([MESSAGE_1_SIZE, MESSAGE_2_SIZE, MESSAGE_3_SIZE]).toEqual([1184, 7533, 6349]);
    const texts = new TextDecoder().decode(joined(wiretap.toListener).subarray(0, GREETING_SIZE));
    expect(texts).toContain(BOUND_FORM.protocol);
  });

  it('ends before message 3 when the listener is not the one pinned', async () => {
    const [a, b] = await Promise.all([aParty(1), aParty(2)]);
    const wiretap = await tap(b);
    await expect(a.transport.dial(through(wiretap, 3))).rejects.toThrow('UnexpectedPeer');
    await until(() => b.refused.length === 1);
    expect(joined(wiretap.toListener).length).toBe(GREETING_SIZE + MESSAGE_1_SIZE);
    expect(b.refused).toEqual(['ClosedInHandshake']);
    expect(a.transport.counters.failed.get('UnexpectedPeer')).toBe(1);
  });

  /** Puts another identity into message 3, signed as well as somebody can who knows what went over the wire. */
  const swapTo = async (form: Form) => {
    const thief = mlDsa65.key(seedOf(3));
    const b = await aParty(2, { forms: [form] });
    const a = await aParty(1, { forms: [form] });
    const first = GREETING_SIZE + MESSAGE_1_SIZE;
    let seen = 0;
    const wiretap = await tap(b, (bytes) => {
      if (seen !== first) {
        seen += bytes.length;
        return bytes;
      }
      if (bytes.length < MESSAGE_3_SIZE) return undefined;
      seen += bytes.length;
      const message1 = joined(wiretap.toListener).subarray(GREETING_SIZE, first);
      const message2 = joined(wiretap.toDialer).subarray(GREETING_SIZE, GREETING_SIZE + MESSAGE_2_SIZE);
      const genuine = MESSAGE_3.decode(bytes.subarray(0, MESSAGE_3_SIZE));
      if (!genuine.ok) throw new Error(genuine.error);
      const { ciphertext } = genuine.value;
      const unsigned = MESSAGE_3.encode({ ciphertext, identityKey: thief.publicKey, signature: UNSIGNED });
      const none = new Uint8Array(32);
      const signature = thief.sign(initiatorDigest(form, message1, message2, unsigned, none, none));
      const forged = MESSAGE_3.encode({ ciphertext, identityKey: thief.publicKey, signature });
      return concat(forged, bytes.subarray(MESSAGE_3_SIZE));
    });
    await expect(a.transport.dial(through(wiretap, 2))).rejects.toThrow();
    await until(() => b.refused.length === 1);
    expect(b.opened).toEqual([]);
    return b;
  };

  it('refuses an identity put into message 3', async () => {
    const b = await swapTo(BOUND_FORM);
    expect(b.refused).toEqual(['BadInitiatorSignature']);
    expect(b.transport.counters.handshakesDone).toBe(0);
  });

  it('accepts it in the unbound form, but no record fits', async () => {
    const b = await swapTo(UNBOUND_FORM);
    expect(b.refused).not.toEqual(['BadInitiatorSignature']);
    expect(b.transport.counters.handshakesDone).toBe(1);
  });

  it('does not begin between nodes without a common form', async () => {
    const [a, b] = await Promise.all([aParty(1, { forms: [UNBOUND_FORM] }), aParty(2)]);
    await expect(a.transport.dial(b.address())).rejects.toThrow();
    await until(() => b.refused.length === 1);
    expect(b.transport.counters.handshakesBegun).toBe(0);
  });
});
