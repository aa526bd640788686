import { expect, test } from 'vitest';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { makeFounders } from '#sim/run/founders.ts';
import { type Closed, runScript, writeScript } from './simulated.ts';

const WINDOWS = 10;
const FROM = 4;

test('a script has operations of every type, and each settles in its window at every host', () => {
  const network = { constants: { ...DEVNET, d0: 2_560n }, founders: makeFounders(4, mlDsa65) };
  const script = writeScript(network, WINDOWS, FROM);
  expect(new Set(script.map(({ operation }) => operation.type))).toEqual(
    new Set(['Anchor', 'Transfer', 'TransferModeB', 'ChangeKey']),
  );
  const closed: Closed[][] = [[], [], [], []];
  runScript(network, WINDOWS, script, (host, window) => closed[host]?.push(window));
  for (const windows of closed) {
    expect(windows).toEqual(closed[0]);
    expect(windows.slice(0, WINDOWS).map(({ round, bundles, operations }) => ({ round, bundles, operations }))).toEqual(
      Array.from({ length: WINDOWS }, (_, window) => ({
        round: 1,
        bundles: 4,
        operations: script.filter(({ notBefore }) => notBefore === window).length,
      })),
    );
  }
});
