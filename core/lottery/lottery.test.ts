import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { concat, fromHex, type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { hash, hashId } from '../crypto/hash.ts';
import { cascadeOf, depthOf, leaderOf, penalties, revealOrder, winnerOf } from './cascade.ts';
import { lotteryEndpoint } from './endpoint.ts';
import { type LotteryMode, lnQ64, MAX_U128 } from './ln.ts';
import { calibrateTarget } from './target.ts';
import { lotteryWeight, orderTickets, seniority, type Ticket, weightedTicket } from './ticket.ts';

const SEED = { seed: 20261121 };
const idOf = (index: number): Id => hashId('mt-node', littleEndian(index, 8));
const hex = (value: bigint): Id => value.toString(16).padStart(64, '0');
const endpointArbitrary = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n });

interface Entry {
  readonly node_id: Id;
  readonly ticket: string;
}
const tickets = (entries: readonly Entry[]): readonly Ticket[] =>
  entries.map(({ node_id, ticket }) => ({ nodeId: node_id, ticket: BigInt(ticket) }));

describe('vectors', () => {
  const run = <I, O>(fn: string, call: (input: I) => O): void => {
    const cases = casesOf('lottery', fn);
    it(`${fn} (${cases.length})`, () => {
      expect(cases.length).toBeGreaterThan(0);
      for (const { id, in: input, out } of cases) expect({ id, ...call(input as I) }).toEqual({ id, ...out });
    });
  };
  interface Weighed {
    readonly chain_length: string;
    readonly chain_length_snapshot: string;
  }
  const lengths = (node: Weighed) => [BigInt(node.chain_length), BigInt(node.chain_length_snapshot)] as const;

  run('ln_q64', ({ mode, endpoint }: { mode: LotteryMode; endpoint: Id }) => ({
    ln_q64: String(lnQ64(mode, endpoint)),
  }));
  run('weighted_ticket', (input: Weighed & { mode: LotteryMode; endpoint: Id }) => {
    const weight = lotteryWeight(...lengths(input));
    return {
      lottery_weight: String(weight),
      seniority_term: String(seniority(...lengths(input))),
      weighted_ticket: String(weightedTicket(input.mode, input.endpoint, weight)),
    };
  });
  run('lottery_endpoint', (input: { t_w: Id; aggregate_w_minus_2: Id; node_id: Id; window: string }) => ({
    endpoint: lotteryEndpoint(input.t_w, input.aggregate_w_minus_2, input.node_id, BigInt(input.window)),
  }));
  run('ticket_order', (input: { tickets: Entry[] }) => ({
    order: orderTickets(tickets(input.tickets)).map(({ nodeId }) => nodeId),
  }));
  type Round = {
    mode: LotteryMode;
    t_w: Id;
    aggregate_w_minus_2: Id;
    window: string;
    nodes: (Weighed & { node_id: Id })[];
  };
  run('lottery_round', ({ mode, t_w, aggregate_w_minus_2, window, nodes }: Round) => {
    const drawn = nodes.map((node) => {
      const endpoint = lotteryEndpoint(t_w, aggregate_w_minus_2, node.node_id, BigInt(window));
      return { nodeId: node.node_id, ticket: weightedTicket(mode, endpoint, lotteryWeight(...lengths(node))) };
    });
    return { order: orderTickets(drawn).map(({ nodeId, ticket }) => ({ node_id: nodeId, ticket: String(ticket) })) };
  });
  run('winner', (input: { reveals: Entry[]; penalised: Id[]; active: Entry[] }) => {
    const order = revealOrder(tickets(input.reveals), input.penalised);
    return { winner: winnerOf(order, tickets(input.active)), order };
  });
  run('penalties', (input: { cascade: Id[]; fallback_depth: number }) => ({
    penalised: penalties(input.cascade, input.fallback_depth),
  }));
  run('target_calibration', (input: { target_old: string; total_reveals: string; tau2_windows: string }) => ({
    target_new: String(
      calibrateTarget(BigInt(input.target_old), BigInt(input.total_reveals), BigInt(input.tau2_windows)),
    ),
  }));

  interface CascadeInput {
    readonly window: string;
    readonly bootstrap_node_id: Id;
    readonly other_genesis_node_ids: Id[];
    readonly reveals: Entry[];
    readonly penalised: Id[];
    readonly node_table: Id[];
    readonly active: { readonly node_id: Id; readonly ticket: string | null }[];
  }
  const cases = casesOf('lottery', 'cascade');
  it(`cascade (${cases.length})`, () => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { id, in: given, out } of cases) {
      const input = given as unknown as CascadeInput;
      const cascade =
        Number(input.window) < 2
          ? [input.bootstrap_node_id, ...[...input.other_genesis_node_ids].sort()]
          : cascadeOf(
              revealOrder(tickets(input.reveals), input.penalised),
              (nodeId) => input.node_table.includes(nodeId),
              input.active.map(({ node_id, ticket }) => ({
                nodeId: node_id,
                ticket: ticket === null ? undefined : BigInt(ticket),
              })),
            );
      const leaders = (out.leaders as { round: number }[]).map(({ round }) => ({
        round,
        fallback_depth: depthOf(round),
        node_id: leaderOf(cascade, round),
      }));
      expect({ id, cascade, leaders }).toEqual({ id, ...out });
    }
  });
});

describe('−ln (04 §6.3)', () => {
  const START = 0xfa82c3cf2dd97317n << 192n;

  it('the greatest value for 0, 0 for the greatest endpoint', () => {
    for (const mode of ['binding', 'hybrid'] as const) {
      expect(lnQ64(mode, ZERO_ID)).toBe(MAX_U128);
      expect(lnQ64(mode, 'f'.repeat(64))).toBe(0n);
    }
  });

  it('both modes agree below E*, and the junction is smooth', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: START - 1n }), (e) => {
        expect(lnQ64('hybrid', hex(e))).toBe(lnQ64('binding', hex(e)));
      }),
      SEED,
    );
    const below = lnQ64('hybrid', hex(START - 1n));
    const from = lnQ64('hybrid', hex(START));
    const step = below > from ? below - from : from - below;
    expect(step * 1_000_000_000n < from).toBe(true);
  });

  it('binding gives 0 for the last 4.3 · 10⁻⁴ of all endpoints, hybrid does not (D-8)', () => {
    const near = hex((1n << 256n) - (1n << 244n));
    expect(lnQ64('binding', near)).toBe(0n);
    // z = 2⁻¹²: the terms of the series, in Q64.
    expect(lnQ64('hybrid', near)).toBe((1n << 52n) + (1n << 39n) + 89_478_485n + (1n << 14n) + 3n);
  });

  it('hybrid is the logarithm to 5 · 10⁻⁴, the error of the polynomial, and never rises by more than that', () => {
    fc.assert(
      fc.property(endpointArbitrary, endpointArbitrary, (x, y) => {
        const [low, high] = x < y ? [x, y] : [y, x];
        if (low === 0n) return;
        const exact = 256 * Math.LN2 - Math.log(Number(low));
        const found = Number(lnQ64('hybrid', hex(low))) / 2 ** 64;
        expect(Math.abs(found - exact)).toBeLessThan(5e-4);
        const slack = 1n << 54n;
        expect(lnQ64('hybrid', hex(low)) + slack >= lnQ64('hybrid', hex(high))).toBe(true);
      }),
      { ...SEED, numRuns: 2_000 },
    );
  });
});

describe('weights (04 §6.2)', () => {
  it('seniority is a thirteenth of the length, at most the snapshot', () => {
    expect([0n, 12n, 13n, 25n, 26n].map((length) => seniority(length, 100n))).toEqual([0n, 0n, 1n, 1n, 2n]);
    expect(seniority(1_000_000n, 10n)).toBe(10n);
    expect(lotteryWeight((1n << 64n) - 1n, 120_960n)).toBe(241_920n);
  });

  it('weight 0 has the last ticket there is, also in binding', () => {
    for (const mode of ['binding', 'hybrid'] as const) {
      expect(weightedTicket(mode, 'f'.repeat(64), 0n)).toBe(MAX_U128);
    }
  });

  it('a node of ten times the weight wins about ten times as often; binding lets the light ones in (D-8)', () => {
    const heavy = 10_000n;
    const wins = { binding: 0, hybrid: 0 };
    for (let window = 0; window < 1_500; window++) {
      const best = { binding: MAX_U128, hybrid: MAX_U128 };
      const isLight = { binding: false, hybrid: false };
      for (let node = 0; node < 100; node++) {
        const endpoint = toHex(hash('mt-lottery', concat(littleEndian(window, 8), littleEndian(node, 8))));
        // Only great endpoints can win, a light node's only if very great: the others would cost most of the work.
        if (endpoint < (node < 50 ? 'f' : 'c')) continue;
        for (const mode of ['binding', 'hybrid'] as const) {
          const ticket = weightedTicket(mode, endpoint, node < 50 ? 1n : heavy);
          if (ticket < best[mode]) {
            best[mode] = ticket;
            isLight[mode] = node < 50;
          }
        }
      }
      for (const mode of ['binding', 'hybrid'] as const) if (isLight[mode]) wins[mode]++;
    }
    // 50 nodes of weight 1 against 50 of weight 10 000: 1.9 % where 0.01 % is fair (04 §6.3).
    expect(wins.binding).toBeGreaterThan(12);
    expect(wins.hybrid).toBeLessThan(4);
  });
});

describe('order (04 §6.2)', () => {
  it('by ticket, then by node_id; total, whatever the order given', () => {
    const given: readonly Ticket[] = [
      { nodeId: idOf(1), ticket: 5n },
      { nodeId: idOf(2), ticket: 4n },
      { nodeId: 'b'.repeat(64), ticket: 0n },
      { nodeId: 'a'.repeat(64), ticket: 0n },
      { nodeId: idOf(3), ticket: MAX_U128 },
    ];
    const expected = ['a'.repeat(64), 'b'.repeat(64), idOf(2), idOf(1), idOf(3)];
    fc.assert(
      fc.property(fc.shuffledSubarray([...given], { minLength: 5 }), (shuffled) => {
        expect(orderTickets(shuffled).map(({ nodeId }) => nodeId)).toEqual(expected);
      }),
      { ...SEED, numRuns: 40 },
    );
  });
});

describe('endpoint (04 §6.1)', () => {
  it('the printed value', () => {
    const t = '34235bfb865b969e5d8e348b8facf7559fe95d2c749a03d9aa63560d74eb2e74';
    const aggregate = 'c05a6b241bdb24e1528938b0be7cb39c0328edca5561541e37cb5dce9130d37a';
    const endpoint = lotteryEndpoint(t, aggregate, '01'.repeat(32), 12);
    expect(endpoint).toBe('d12e1a86a151b7d6098b8116f87d614d56e6d51421fa85274077748a9a3efe22');
    expect(lnQ64('binding', endpoint)).toBe(0x33ae76642c50e801n);
  });

  it('every input counts', () => {
    const all = [
      lotteryEndpoint(idOf(1), idOf(2), idOf(3), 4),
      lotteryEndpoint(idOf(9), idOf(2), idOf(3), 4),
      lotteryEndpoint(idOf(1), idOf(9), idOf(3), 4),
      lotteryEndpoint(idOf(1), idOf(2), idOf(9), 4),
      lotteryEndpoint(idOf(1), idOf(2), idOf(3), 9),
    ];
    expect(new Set(all).size).toBe(5);
    expect(fromHex(all[0] as Id).length).toBe(32);
  });
});

describe('winner (04 §7, D-10)', () => {
  const reveals: readonly Ticket[] = [3, 1, 2].map((index) => ({ nodeId: idOf(index), ticket: BigInt(index) }));
  const active: readonly Ticket[] = [...reveals, { nodeId: idOf(7), ticket: 0n }];

  it('is the first unpenalised reveal, not a better ticket that nobody revealed', () => {
    expect(winnerOf(revealOrder(reveals, []), active)).toBe(idOf(1));
    expect(winnerOf(revealOrder(reveals, [idOf(1)]), active)).toBe(idOf(2));
    expect(revealOrder(reveals, [idOf(2), idOf(9)])).toEqual([idOf(1), idOf(3)]);
  });

  it('without one, it is the first of all active nodes, penalised or not', () => {
    expect(winnerOf(revealOrder(reveals, [1, 2, 3].map(idOf)), active)).toBe(idOf(7));
    expect(winnerOf(revealOrder([], [idOf(7)]), active)).toBe(idOf(7));
    expect(winnerOf([], [])).toBeUndefined();
  });
});

describe('rounds (04 D-11, 09 §11.2)', () => {
  it('depth is ((r − 1) mod 255) + 1', () => {
    expect([1, 2, 254, 255, 256, 257, 510, 511, 65_535].map(depthOf)).toEqual([1, 2, 254, 255, 1, 2, 255, 1, 255]);
  });

  it('the leader is the cascade entry of the depth, and the cascade wraps', () => {
    const cascade = [1, 2, 3].map(idOf);
    expect([1, 2, 3, 4, 255, 256].map((round) => leaderOf(cascade, round))).toEqual([1, 2, 3, 1, 3, 1].map(idOf));
    expect(leaderOf([], 1)).toBeUndefined();
    const long = Array.from({ length: 300 }, (_, i) => idOf(i));
    expect([255, 256].map((round) => leaderOf(long, round))).toEqual([idOf(254), idOf(0)]);
  });
});

describe('penalties (04 D-12, 09 §11.4.5)', () => {
  const cascade = [1, 2, 3, 4].map(idOf);

  it('exclude the leaders before the proposer, in the order of the cascade', () => {
    expect(penalties(cascade, 1)).toEqual([]);
    expect(penalties(cascade, 3)).toEqual([idOf(1), idOf(2)]);
    expect(penalties(cascade, 4)).toEqual([1, 2, 3].map(idOf));
  });

  it('never the proposer itself, also where the cascade wrapped', () => {
    expect(penalties(cascade, 5)).toEqual([2, 3, 4].map(idOf));
    expect(penalties(cascade, 255)).toEqual([1, 2, 4].map(idOf));
    expect(penalties([idOf(1)], 9)).toEqual([]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 40 }), (depth, length) => {
        const all = Array.from({ length }, (_, i) => idOf(i));
        const excluded = penalties(all, depth);
        expect(excluded).not.toContain(leaderOf(all, depth));
        expect(excluded.length).toBe(depth <= length ? depth - 1 : length - 1);
      }),
      SEED,
    );
  });
});

describe('cascade (04 §7)', () => {
  const everywhere = (): boolean => true;
  const entry = (index: number, ticket?: bigint) => ({ nodeId: idOf(index), ticket });

  it('first the revealed, then the others by ticket, without a ticket last by node_id', () => {
    const unseen = [5, 6].map(idOf).sort();
    const cascade = cascadeOf([2, 1].map(idOf), everywhere, [
      entry(1, 1n),
      entry(2, 2n),
      entry(3, 9n),
      entry(4, 0n),
      entry(5),
      entry(6),
    ]);
    expect(cascade).toEqual([idOf(2), idOf(1), idOf(4), idOf(3), ...unseen]);
  });

  it('who left the Node Table is skipped; who is only inactive still leads by its reveal', () => {
    const gone = (nodeId: Id): boolean => nodeId !== idOf(1);
    expect(cascadeOf([1, 2].map(idOf), gone, [entry(3, 1n)])).toEqual([2, 3].map(idOf));
  });

  it('names every active node exactly once', () => {
    const some = fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(some, some, (revealed, active) => {
        const cascade = cascadeOf(
          revealed.map(idOf),
          everywhere,
          active.map((index) => entry(index, index % 3 === 0 ? undefined : BigInt(index % 5))),
        );
        expect(cascade.slice(0, revealed.length)).toEqual(revealed.map(idOf));
        expect([...cascade].sort()).toEqual([...new Set([...revealed, ...active].map(idOf))].sort());
        expect(new Set(cascade).size).toBe(cascade.length);
      }),
      SEED,
    );
  });
});

describe('target (04 §6.4)', () => {
  it('stays at 13 reveals a window, and without any', () => {
    expect(calibrateTarget(1n << 127n, 13n * 20_160n, 20_160n)).toBe(1n << 127n);
    expect(calibrateTarget(1n << 127n, 0n, 20_160n)).toBe(1n << 127n);
  });

  it('halves at twice as many, saturates at 2^128 − 1', () => {
    expect(calibrateTarget(1n << 127n, 26n * 60n, 60n)).toBe(1n << 126n);
    expect(calibrateTarget(1n << 127n, 390n, 60n)).toBe(MAX_U128);
    expect(calibrateTarget(1n << 126n, 390n, 60n)).toBe(1n << 127n);
    expect(calibrateTarget(1n, 781n, 60n)).toBe(0n);
  });
});
