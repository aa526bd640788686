import { type Id, littleEndian, toHex } from '#core/bytes/bytes.ts';
import { IdMap } from '#core/collections/id-map.ts';
import type { Registration } from '#core/consensus/objects.ts';
import { accountId, nodeId } from '#core/crypto/ids.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { applyRegistrations } from '#core/entry/batch.ts';
import { candidateChain, candidateInit } from '#core/entry/candidate-chain.ts';
import { entryChallenges } from '#core/entry/challenge.ts';
import { checkpointTree } from '#core/entry/checkpoint-tree.ts';
import { fullProofHolds } from '#core/entry/entry-proof.ts';
import { validateRegistration } from '#core/entry/registration-rules.ts';
import { requiredLength } from '#core/entry/required-length.ts';
import { openSegment, segmentHolds } from '#core/entry/sampled-proof.ts';
import {
  emissionPayee,
  expireCandidates,
  isSelectionWindow,
  selectCandidates,
  selectionRank,
  selectionSlots,
} from '#core/entry/selection.ts';
import { registrationSortKey, selectionSortKey } from '#core/entry/sort-keys.ts';
import type { EntrySet } from '#core/entry/view.ts';
import type { AccountRecord, CandidateRecord } from '#core/state/records.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import type { Handlers } from '../handler.ts';
import type { Input } from '../input.ts';
import { publicKey } from '../keys.ts';
import { registrationOf } from '../objects.ts';
import { rulesFrom } from '../rules.ts';
import { accountFrom } from './operations.ts';

/** Tables in memory that grow and shrink as the rules say. */
class Tables implements EntrySet {
  readonly accounts = new IdMap<AccountRecord>();
  readonly pool = new IdMap<CandidateRecord>();
  readonly nodes = new IdMap<true>();
  readonly #pending: number | undefined;

  /** `pending` overrules the size of a pool that carries only what the checks need. */
  constructor(pending?: number) {
    this.#pending = pending;
  }

  account(id: Id): AccountRecord | undefined {
    return this.accounts.get(id);
  }

  putAccount(record: AccountRecord): void {
    this.accounts.set(record.accountId, record);
  }

  hasNode(id: Id): boolean {
    return this.nodes.has(id);
  }

  putNode(record: { readonly nodeId: Id }): void {
    this.nodes.set(record.nodeId, true);
  }

  hasCandidate(id: Id): boolean {
    return this.pool.has(id);
  }

  candidate(id: Id): CandidateRecord | undefined {
    return this.pool.get(id);
  }

  isPooledOperator(id: Id): boolean {
    return [...this.pool.values()].some((candidate) => candidate.operatorAccountId === id);
  }

  get poolSize(): number {
    return this.#pending ?? this.pool.size;
  }

  candidates(): Iterable<CandidateRecord> {
    return [...this.pool.values()];
  }

  putCandidate(record: CandidateRecord): void {
    this.pool.set(record.nodeId, record);
  }

  removeCandidate(id: Id): void {
    this.pool.delete(id);
  }
}

/** A candidate with what the rules read; the rest is zero. */
const candidateWith = (nodeIdOf: Id, operatorAccountId: Id, operatorPubkey: Uint8Array, expires: bigint) => ({
  nodeId: nodeIdOf,
  nodePubkey: new Uint8Array(1952),
  suiteId: 1,
  operatorPubkey,
  operatorAccountId,
  proofEndpoint: '0'.repeat(64),
  wStart: 0n,
  vdfChainLength: 0n,
  registrationWindow: 1n,
  expires,
});

const entryParams = (input: Input) => ({
  vdfEntryWindows: input.big('vdf_entry_windows'),
  adaptiveVdfThreshold: input.number('adaptive_vdf_threshold'),
  adaptiveVdfMultiplier: input.number('adaptive_vdf_multiplier'),
});

const initOf = (input: Input): Id =>
  candidateInit(input.id('t_w_start'), input.id('aggregate_w_start_minus_2'), input.id('node_id'));

/** 05 §2–6; 09 §1. */
export const entry: Handlers = {
  candidate_vdf_init: (input) => ({ init: initOf(input) }),
  candidate_chain: (input) => {
    const checkpoints = candidateChain(initOf(input), input.numbers('d'), timechainStep);
    return { init: checkpoints[0], endpoint: checkpoints.at(-1), checkpoints_root: checkpointTree(checkpoints).root };
  },
  sampled_challenges: (input) => ({
    indices: entryChallenges(
      input.id('t_w'),
      input.id('aggregate_w_minus_2'),
      input.id('nodereg_hash'),
      input.big('vdf_chain_length'),
    ),
  }),
  sampled_opening: (input) => {
    const opened = openSegment(
      { proof: input.bytes('proof_i'), nextProof: input.bytes('proof_next') },
      { index: input.number('index'), iterations: input.number('d') },
      { root: input.id('checkpoints_root'), init: input.id('init') },
    );
    return { valid: opened.ok && segmentHolds(opened.value, timechainStep) };
  },
  selection_sort_key: (input) => ({
    key: selectionSortKey(input.id('t_w'), input.id('aggregate_w_minus_2'), input.id('node_id')),
  }),
  nodereg_sort_key: (input) => ({
    key: registrationSortKey(input.id('t_w'), input.id('aggregate_w_minus_2'), input.bytes('node_pubkey')),
  }),
  selection_slots: (input) => ({ slots: selectionSlots(input.number('active_nodes'), input.big('admission_divisor')) }),
  is_selection_window: (input) => ({
    selection: isSelectionWindow(input.number('window'), input.big('selection_interval')),
  }),
  required_vdf_length: (input) => ({
    required: requiredLength(input.number('pending'), input.number('active'), entryParams(input)),
  }),
  selection_rank: (input) => ({
    order: selectionRank(
      input.ids('node_ids').map((id) => ({ nodeId: id })),
      input.id('t_w'),
      input.id('aggregate_w_minus_2'),
    ).map((candidate) => candidate.nodeId),
  }),
  nodereg_batch: (input) => {
    const tables = new Tables();
    for (let i = 0; i < input.number('pending_baseline'); i++) {
      const id = toHex(littleEndian(i + 1, 32));
      tables.putCandidate(candidateWith(id, id, new Uint8Array(1952), 0n));
    }
    const registrations = input.list('registrations').map((fields): Registration => {
      const nodePubkey = fields.bytes('node_pubkey');
      const id = nodeId(nodePubkey);
      return {
        kind: 'registration',
        id,
        bytes: nodePubkey,
        scope: nodePubkey,
        signature: nodePubkey,
        nodeId: id,
        suiteId: 1,
        nodePubkey,
        operatorPubkey: nodePubkey,
        operatorAccountId: accountId(1, nodePubkey),
        proofEndpoint: id,
        wStart: input.big('window'),
        vdfChainLength: fields.big('vdf_chain_length'),
        operatorPop: nodePubkey,
      };
    });
    const receipts = applyRegistrations(
      registrations,
      tables,
      {
        window: input.number('window'),
        timechainValue: input.id('t_w'),
        aggregate: input.id('aggregate_w_minus_2'),
        activeNodes: input.number('active_nodes'),
        entryProof: 'full',
        params: {
          ...entryParams(input),
          tau2Windows: 0n,
          candidateExpiryWindows: input.big('candidate_expiry_windows'),
        },
      },
      () => true,
      () => true,
    );
    const ids = (refused: boolean) =>
      receipts.filter(({ fault }) => (fault !== undefined) === refused).map(({ registration }) => registration.nodeId);
    const [first] = ids(false);
    const expires = first === undefined ? undefined : tables.pool.get(first)?.expires;
    return { applied: ids(false), rejected: ids(true), expires };
  },
  selection_event: (input) => {
    const tables = new Tables();
    for (const fields of input.list('candidate_pool')) {
      const key = publicKey(fields.id('operator_key_seed'));
      const operator = fields.id('operator_account_id');
      tables.putCandidate(candidateWith(fields.id('node_id'), operator, key, fields.big('expires')));
    }
    for (const fields of input.list('accounts')) tables.putAccount(accountFrom(fields));
    const window = input.number('window');
    const expired = expireCandidates(tables, window);
    const selection = selectCandidates(tables, {
      window,
      timechainValue: input.id('t_w'),
      aggregate: input.id('aggregate_w_minus_2'),
      activeNodes: input.number('active_nodes'),
      params: { selectionInterval: input.big('selection_interval'), admissionDivisor: input.big('admission_divisor') },
      rules: rulesFrom(input.value('rules')),
      genesisHash: '0'.repeat(64),
    });
    return {
      due: selection.slots !== undefined,
      expired,
      admitted: selection.admitted,
      dropped: selection.dropped,
      operator_accounts_created: selection.created,
      payee: emissionPayee(selection, input.id('winner_operator_account_id')),
    };
  },
  validate_registration: (input) => {
    const tables = new Tables(input.number('pending'));
    for (const node of input.list('node_table')) tables.putNode({ nodeId: nodeId(publicKey(node.id('key_seed'))) });
    for (const fields of input.list('candidate_pool')) {
      const id = nodeId(publicKey(fields.id('node_key_seed')));
      tables.putCandidate(candidateWith(id, fields.id('operator_account_id'), new Uint8Array(1952), 0n));
    }
    for (const fields of input.list('accounts')) tables.putAccount(accountFrom(fields));
    const window = input.number('window');
    const params = input.inner('params');
    const registration = registrationOf(input.inner('registration'));
    const d = input.numbers('d');
    const start = Number(registration.wStart);
    const history = (w: number) => ({
      timechainValue: input.id('t_w_start'),
      aggregate: input.id('aggregate_w_start_minus_2'),
      d: d[w - start] ?? 0,
    });
    const verdict = validateRegistration(
      registration,
      tables,
      {
        window,
        activeNodes: input.number('active_nodes'),
        params: { ...entryParams(params), tau2Windows: params.big('tau2_windows') },
      },
      mlDsa65.verify,
      (judged) => fullProofHolds(judged, window, (w) => (w < start + d.length ? history(w) : undefined), timechainStep),
    );
    return verdict.fault === undefined ? { ok: true, required: verdict.required } : { error: verdict.fault };
  },
};
