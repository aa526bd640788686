import { toHex } from '#core/bytes/bytes.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { encodeProof, prove, verifyProof } from '#core/state/proof.ts';
import { leafHash } from '#core/state/records.ts';
import { rootsOf, stateRoot } from '#core/state/roots.ts';
import type { Table } from '#core/state/state.ts';
import { rootOf } from '#core/state/tree.ts';
import { empty, internalHash } from '#core/state/tree-hash.ts';
import { State } from '#core/state/view.ts';
import type { Handlers } from '../handler.ts';
import type { Input } from '../input.ts';

/** A table after the puts and deletions of `steps`, each applied as an update of its own. */
const afterSteps = (input: Input): State => {
  const base = new MemoryBase();
  let state = new State(base);
  for (const step of input.list('steps')) {
    const record = step.text('op') === 'put' ? step.bytes('record') : null;
    base.commit(state.apply({ account: [[step.id('key'), record]] }).delta);
    state = new State(base);
  }
  return state;
};

/** Root of the tree of whole records: their key is their first 32 bytes. */
const rootOfRecords = (records: readonly Uint8Array[]): string =>
  rootOf(records.map((record) => [toHex(record, 0, 32), record]));

/** 02 §5–7. */
export const state: Handlers = {
  empty_internal: (input) => ({ hash: empty(input.number('level')) }),
  leaf_hash: (input) => ({ hash: leafHash(input.bytes('record')) }),
  internal_hash: (input) => ({ hash: internalHash(input.bytes('left'), input.bytes('right')) }),
  smt_root: (input) => ({ root: afterSteps(input).root('account') }),
  smt_prove: (input) => {
    const after = afterSteps(input);
    const proof = prove(after.tree('account'), input.id('key'));
    return { root: after.root('account'), included: proof.leafValue.length > 0, proof: encodeProof(proof) };
  },
  smt_verify: (input) => ({
    valid: verifyProof(
      input.id('root'),
      input.bytes('proof'),
      input.has('table') ? (input.text('table') as Table) : undefined,
    ),
  }),
  state_root: (input) => ({
    state_root: stateRoot(input.id('node_root'), input.id('candidate_root'), input.id('account_root')),
  }),
  state_root_of_tables: (input) => ({
    ...rootsOf(
      rootOfRecords(input.byteStrings('nodes')),
      rootOfRecords(input.byteStrings('candidates')),
      rootOfRecords(input.byteStrings('accounts')),
    ),
  }),
};
