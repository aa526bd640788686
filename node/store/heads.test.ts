import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foundation } from '#core/participant/party.suite.ts';
import type { PastWindow, SideState } from '#core/transition/settled.ts';
import { anId } from '#core/wire/fuzz.suite.ts';
import { Environment } from './environment.ts';
import { testFolder } from './folder.suite.ts';
import { Heads } from './heads.ts';

const { folder, done } = testFolder();

const heads = (): { readonly rows: Heads; write(window: number, side: SideState): void } => {
  const environment = new Environment(join(folder(), 'heads.lmdb'));
  done(() => environment.close());
  const rows = new Heads(environment);
  return { rows, write: (window, side) => environment.transaction(() => rows.write({ window, side })) };
};

const past = (from: number, to: number): readonly PastWindow[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    window: from + i,
    timechainValue: anId(from + i),
    aggregate: anId(from + i + 1),
    d: 2 ** 32 + from + i,
  }));

const basis = (window: number, nodes: number) => ({
  window,
  entries: Array.from({ length: nodes }, (_, i) => ({ nodeId: anId(i), weight: 2n ** 127n + BigInt(i) })),
});

const full: SideState = {
  proposalHash: anId(1),
  protocolVersion: 7,
  timechainValue: anId(2),
  dNext: 325_000_000,
  dAfterNext: 2 ** 32 - 1,
  target: 2n ** 128n - 1n,
  targetLast: 1n,
  revealCount: 2 ** 33,
  participation: Array.from({ length: 20_160 }, (_, i) => i % 1_001),
  basis: basis(10_000, 300),
  basisBefore: basis(9_999, 0),
  order: { window: 9_999, order: [anId(3), anId(1), anId(2)] },
  penalised: [anId(9), anId(4)],
  past: past(9_000, 10_000),
  digest: anId(3),
};

it('is empty at first, then gives back all of a side state', () => {
  const { rows, write } = heads();
  expect(rows.window).toBeUndefined();
  expect(() => rows.read()).toThrow('the store is damaged: something is missing');
  write(-1, foundation({ count: 2 }).genesis.side);
  expect(rows.read()).toEqual({ window: -1, side: foundation({ count: 2 }).genesis.side });
  write(10_000, full);
  expect(rows.read()).toEqual({ window: 10_000, side: full });
});

it('keeps of the past what the side state does, window by window', () => {
  const { rows, write } = heads();
  for (let window = 0; window < 12; window++) {
    const side = { ...full, past: past(Math.max(0, window - 4), window) };
    write(window, side);
    expect(rows.read()).toEqual({ window, side });
  }
});
