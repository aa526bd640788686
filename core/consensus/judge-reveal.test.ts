import { beforeEach, describe, expect, it } from 'vitest';
import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { lotteryEndpoint } from '../lottery/endpoint.ts';
import { MAX_U128 } from '../lottery/ln.ts';
import { weightedTicket } from '../lottery/ticket.ts';
import { counter, flipped, nodeIdOf, T_W, testKey, verify, WINDOW } from './fixtures.suite.ts';
import { judgeReveal, type RevealBasis, type RevealSigner } from './judge-reveal.ts';
import type { Reveal } from './objects.ts';
import { decodeReveal, makeReveal, type RevealFields } from './reveal.ts';

const aggregate = nodeIdOf(0xa6);
const signer = (index: number, changes: Partial<RevealSigner> = {}): readonly [Id, RevealSigner] => [
  nodeIdOf(index),
  { publicKey: testKey(index).publicKey, suiteId: 1, isActive: true, lotteryWeight: 20n, ...changes },
];
const signers = new Map([
  signer(1),
  signer(2, { suiteId: 3 }),
  signer(3, { isActive: false, lotteryWeight: 0n }),
  signer(4, { lotteryWeight: 0n }),
  signer(5, { suiteId: 3, isActive: false }),
]);
const basis: RevealBasis = {
  window: WINDOW,
  timechainValue: T_W,
  aggregate,
  target: MAX_U128,
  mode: 'hybrid',
  signerOf: (nodeId) => signers.get(nodeId),
};

const reveal = (index = 1, changes: Partial<RevealFields> = {}): Reveal => {
  const nodeId = nodeIdOf(index);
  const endpoint = lotteryEndpoint(T_W, aggregate, nodeId, WINDOW);
  return makeReveal({ nodeId, window: WINDOW, endpoint, ...changes }, testKey(index));
};

const spoilt = (): Reveal => {
  const decoded = decodeReveal(flipped(reveal().bytes, 72));
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
};

const judge = (made: Reveal, changes: Partial<RevealBasis> = {}): string | undefined =>
  judgeReveal(made, { ...basis, ...changes }, verify);

beforeEach(() => {
  counter.verified = 0;
});

describe('judging a reveal (04 §6.1)', () => {
  it('accepts the endpoint of its node and window, signed', () => {
    expect(judge(reveal())).toBeUndefined();
    expect(counter.verified).toBe(1);
  });

  it.each([
    ['UnknownNode', reveal(9)],
    ['UnsupportedSuite', reveal(2)],
    ['UnsupportedSuite', reveal(5)],
    ['NotActive', reveal(3)],
    ['WrongWindow', reveal(1, { window: WINDOW - 1 })],
    ['WrongWindow', reveal(1, { window: WINDOW + 1, endpoint: ZERO_ID })],
    ['WrongEndpoint', reveal(1, { endpoint: ZERO_ID })],
    ['WrongEndpoint', reveal(1, { endpoint: lotteryEndpoint(T_W, aggregate, nodeIdOf(2), WINDOW) })],
    ['WrongEndpoint', reveal(1, { endpoint: lotteryEndpoint(T_W, ZERO_ID, nodeIdOf(1), WINDOW) })],
    ['TicketAboveTarget', reveal(4)],
  ])('%s, before its signature is verified', (reason, made) => {
    expect(judge(made)).toBe(reason);
    expect(counter.verified).toBe(0);
  });

  it('a ticket must be below the target: one more admits it, its own value does not', () => {
    for (const mode of ['binding', 'hybrid'] as const) {
      const ticket = weightedTicket(mode, reveal().endpoint, 20n);
      expect(judge(reveal(), { mode, target: ticket + 1n })).toBeUndefined();
      expect(judge(reveal(), { mode, target: ticket })).toBe('TicketAboveTarget');
      expect(judge(spoilt(), { mode, target: ticket })).toBe('TicketAboveTarget');
    }
  });

  it('InvalidSignature', () => {
    expect(judge(spoilt())).toBe('InvalidSignature');
    expect(judge(makeReveal(reveal(), testKey(2)))).toBe('InvalidSignature');
  });
});
