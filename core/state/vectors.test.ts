import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { fromHex, type Id, toHex } from '../bytes/bytes.ts';
import { MemoryBase } from './memory-base.ts';
import { encodeProof, prove, verifyProof } from './proof.ts';
import { leafHash } from './records.ts';
import { stateRoot } from './roots.ts';
import type { Table } from './state.ts';
import { empty, internalHash } from './tree-hash.ts';
import { State } from './view.ts';

type Step = { readonly op: 'put' | 'del'; readonly key: Id; readonly record: string };

/** The steps one by one, each a window of its own. */
const stateAfter = (steps: readonly Step[]): State => {
  let state = new State(new MemoryBase());
  for (const { op, key, record } of steps) {
    state = state.with(state.apply({ account: [[key, op === 'put' ? fromHex(record) : null]] }).delta);
  }
  return state;
};

const run = <I, O>(topic: string, fn: string, call: (input: I) => O): void => {
  const cases = casesOf(topic, fn);
  it(`${fn} (${cases.length})`, () => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { id, in: input, out } of cases) expect({ id, ...call(input as I) }).toEqual({ id, ...out });
  });
};

describe('vectors smt', () => {
  run('smt', 'empty_internal', ({ level }: { level: number }) => ({ hash: toHex(empty(level)) }));
  run('smt', 'leaf_hash', ({ record }: { record: string }) => ({ hash: toHex(leafHash(fromHex(record))) }));
  run('smt', 'internal_hash', ({ left, right }: { left: string; right: string }) => ({
    hash: toHex(internalHash(fromHex(left), fromHex(right))),
  }));
  run('smt', 'smt_root', ({ steps }: { steps: readonly Step[] }) => ({ root: stateAfter(steps).root('account') }));
  run('smt', 'smt_prove', ({ steps, key }: { steps: readonly Step[]; key: Id }) => {
    const state = stateAfter(steps);
    const proof = prove(state.tree('account'), key);
    return { root: state.root('account'), included: proof.leafValue.length > 0, proof: toHex(encodeProof(proof)) };
  });
  run('smt', 'smt_verify', ({ root, proof, table }: { root: Id; proof: string; table?: Table }) => ({
    valid: verifyProof(root, fromHex(proof), table),
  }));
});

describe('vectors state_root', () => {
  run('state_root', 'state_root', (input: { node_root: Id; candidate_root: Id; account_root: Id }) => ({
    state_root: stateRoot(input.node_root, input.candidate_root, input.account_root),
  }));
  run('state_root', 'state_root_of_tables', (input: Readonly<Record<string, readonly string[]>>) => {
    const entries = (table: string) => input[table]?.map((hex) => [hex.slice(0, 64), fromHex(hex)] as const) ?? [];
    const { roots } = new State(new MemoryBase()).apply({
      account: entries('accounts'),
      node: entries('nodes'),
      candidate: entries('candidates'),
    });
    return {
      account_root: roots.accountRoot,
      node_root: roots.nodeRoot,
      candidate_root: roots.candidateRoot,
      state_root: roots.stateRoot,
    };
  });
});
