import { describe, expect, test } from 'vitest';
import { fromHex, type Id, toHex } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { nodeId } from '../crypto/ids.ts';
import { cheapKey, idOf, ownId } from '../operations/accounts.suite.ts';
import { candidateChain, candidateChainAt, candidateInitAt, type History } from './candidate-chain.ts';
import { checkpointTree } from './checkpoint-tree.ts';
import { chainClaim, fullProofHolds } from './entry-proof.ts';
import { makeRegistration } from './registration.ts';

const node = cheapKey(1);
const operator = cheapKey(2);
const START = 10;
const LENGTH = 6;
const END = START + LENGTH - 1;

const dOf = (window: number): number => 3 + (window % 4);
const past: History = (window) => ({ timechainValue: idOf(window), aggregate: idOf(500 + window), d: dOf(window) });

let iterations = 0;
const chain = (value: Id, times: number): Id => {
  iterations += times;
  let bytes = fromHex(value);
  for (let i = 0; i < times; i++) bytes = sha256(bytes);
  return toHex(bytes);
};

const endpoint = (length: number, history: History = past, d = dOf): Id => {
  const init = candidateInitAt(history, START, nodeId(node.publicKey)) as Id;
  return candidateChain(
    init,
    Array.from({ length }, (_, i) => d(START + i)),
    chain,
  ).at(-1) as Id;
};

const registration = (proofEndpoint: Id, length = LENGTH, wStart = START) =>
  makeRegistration(
    {
      suiteId: 1,
      operatorAccountId: ownId(operator),
      proofEndpoint,
      wStart: BigInt(wStart),
      vdfChainLength: BigInt(length),
    },
    node,
    operator,
  );

test('a chain hashed with the D of each of its windows holds, up to the window it is cemented in', () => {
  expect(fullProofHolds(registration(endpoint(LENGTH)), END, past, chain)).toBe(true);
  expect(fullProofHolds(registration(endpoint(LENGTH)), END + 100, past, chain)).toBe(true);
});

describe('BadVdfProof', () => {
  test('another endpoint, length, start, D, T or aggregate', () => {
    const right = endpoint(LENGTH);
    const wrong = [
      registration(idOf(1)),
      registration(right, LENGTH - 1),
      registration(right, LENGTH + 1),
      registration(right, LENGTH, START + 1),
      registration(endpoint(LENGTH, past, () => 3)),
      registration(
        endpoint(LENGTH, (w) => ({ ...(past(w) as { d: number; aggregate: Id }), timechainValue: idOf(99) })),
      ),
      registration(
        endpoint(LENGTH, (w) => ({ ...(past(w) as { d: number; timechainValue: Id }), aggregate: idOf(99) })),
      ),
    ];
    for (const each of wrong) expect(fullProofHolds(each, END + 100, past, chain)).toBe(false);
  });

  test('a chain that outlasts the window, an empty one, or one over forgotten windows is not even begun', () => {
    const right = registration(endpoint(LENGTH));
    const since =
      (first: number): History =>
      (window) =>
        window < first ? undefined : past(window);
    const until =
      (last: number): History =>
      (window) =>
        window > last ? undefined : past(window);
    iterations = 0;
    expect(fullProofHolds(right, END - 1, past, chain)).toBe(false);
    expect(fullProofHolds(registration(endpoint(0), 0), END, past, () => idOf(0))).toBe(false);
    expect(fullProofHolds(right, END, since(START - 1), chain)).toBe(false);
    expect(fullProofHolds(right, END, until(END - 1), chain)).toBe(false);
    expect(fullProofHolds({ ...right, vdfChainLength: 2n ** 64n - 1n }, END, past, chain)).toBe(false);
    expect(iterations).toBe(0);
    expect(fullProofHolds(right, END, since(START - 2), chain)).toBe(true);
  });
});

test('a registration says the end of its chain, or the root over its checkpoints', () => {
  const checkpoints = [idOf(1), idOf(2), idOf(3)];
  const same = { wStart: 7n, vdfChainLength: 2n };
  expect(chainClaim('full', 7, checkpoints)).toEqual({ ...same, proofEndpoint: idOf(3) });
  expect(chainClaim('sampled', 7, checkpoints)).toEqual({ ...same, proofEndpoint: checkpointTree(checkpoints).root });
  const built = candidateChainAt(past, START, nodeId(node.publicKey), LENGTH, chain) as readonly Id[];
  expect(fullProofHolds(registration(chainClaim('full', START, built).proofEndpoint), END, past, chain)).toBe(true);
});
