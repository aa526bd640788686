import { hash as digest } from 'node:crypto';
import { compareIds, concat, equalBytes, fromHex, type Id, littleEndian, toHex, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Header, Listed, Operation, Registration } from '#core/consensus/objects.ts';
import { hash, hashId, sha256 } from '#core/crypto/hash.ts';
import type { Verify } from '#core/crypto/suite.ts';
import type { Founder } from '#core/genesis/genesis.ts';
import type { Network } from '#core/genesis/network.ts';
import * as records from '#core/state/records.ts';
import type { WindowInput } from '#core/transition/apply.ts';

/** What the final proposal of a window fixes: an archive entry with bodies. T, D and leaders the model knows by itself. */
export type ModelInput = Omit<WindowInput, 'timechainValue' | 'proposer'>;
export type ModelOutcome = ReturnType<Model['apply']>;

type Plain<T> = { -readonly [K in keyof T]: T[K] };
type Account = Plain<records.AccountRecord>;
type Node = Plain<records.NodeRecord>;
type Leaf = { readonly key: Uint8Array; readonly value: Uint8Array; readonly name: string };

const U128 = (1n << 128n) - 1n;
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const le64 = (value: number): Uint8Array => littleEndian(value, 8);
/** An unproven candidate has registration_window 0, and its nodereg_hash in place of proof_endpoint (05 D-E5). */
const isProven = ({ registrationWindow }: records.CandidateRecord): boolean => registrationWindow > 0n;
const accountIdOf = (pubkey: Uint8Array): Id => hashId('mt-account', littleEndian(1, 2), pubkey);
const lastSeen = (node: Node): bigint => most(node.lastConfirmationWindow, node.startWindow);
const lotteryWeight = (n: Node): bigint => n.chainLengthSnapshot + least(n.chainLength / 13n, n.chainLengthSnapshot);

const PAIR = new TextEncoder().encode(`mt-merkle-node\0${' '.repeat(64)}`);
const join = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  PAIR.set(left, 15);
  PAIR.set(right, 47);
  return digest('sha256', PAIR, 'buffer');
};
const EMPTY: Uint8Array[] = [new Uint8Array(32)];
const empty = (level: number): Uint8Array => EMPTY[level] as Uint8Array;
for (let level = 0; level < 256; level++) EMPTY.push(join(empty(level), empty(level)));
const bitOf = (key: Uint8Array, level: number): number => ((key[level >> 3] as number) >> (level & 7)) & 1;

/** A depth-256 tree built from all its leaves; lone paths that the build before had too are not hashed again. */
class NaiveTree {
  #paths = new Map<string, Uint8Array>();
  #before = this.#paths;

  root(entries: readonly (readonly [Id, Uint8Array])[]): Id {
    [this.#before, this.#paths] = [this.#paths, new Map()];
    const leaves = entries.map(([id, record]) => {
      const value = hash('mt-merkle-leaf', record);
      return { key: fromHex(id), value, name: id + toHex(value) };
    });
    return toHex(this.#subtree(leaves, 256));
  }

  #subtree(leaves: readonly Leaf[], level: number): Uint8Array {
    if (leaves.length === 0) return empty(level);
    if (leaves.length === 1) return this.#path(leaves[0] as Leaf, level);
    const side = (bit: number): readonly Leaf[] => leaves.filter(({ key }) => bitOf(key, level - 1) === bit);
    return join(this.#subtree(side(0), level - 1), this.#subtree(side(1), level - 1));
  }

  #path({ key, value, name }: Leaf, level: number): Uint8Array {
    const known = this.#before.get(name + level);
    let node = known ?? value;
    for (let l = known ? level : 0; l < level; l++) node = bitOf(key, l) ? join(empty(l), node) : join(node, empty(l));
    this.#paths.set(name + level, node);
    return node;
  }
}

const setRoot = (tree: NaiveTree, items: readonly Listed[]): Id =>
  tree.root(items.map((item) => [item.nodeId, concat(fromHex(item.nodeId), fromHex(item.hash))]));

/** −ln(endpoint / 2^256) in Q64.64 (04 §6.3). */
const lnQ64 = (endpoint: Id, hybrid: boolean): bigint => {
  const e = BigInt(`0x${endpoint}`);
  if (e === 0n) return U128;
  if (hybrid && e >= 0xfa82c3cf2dd97317n << 192n) {
    const z = ((1n << 256n) - e) >> 128n;
    const z2 = (z * z) >> 128n;
    const z3 = (z2 * z) >> 128n;
    const z4 = (z3 * z) >> 128n;
    return (z + z2 / 2n + z3 / 3n + z4 / 4n + ((z4 * z) >> 128n) / 5n) >> 64n;
  }
  const top = BigInt(e.toString(2).length - 1);
  const x = (((e << 127n) >> top) - (1n << 127n)) >> 63n;
  const t2 = 0x49df5c3bfd9cec00n - ((0x14417e56d3331800n * x) >> 64n);
  const t4 = 0xb59ddde52a69d000n - ((t2 * x) >> 64n);
  const fraction = 2n * (0x0014e086ec982d63n + ((t4 * x) >> 64n));
  return (most(0n, ((256n - top) << 64n) - fraction) * 0xb17217f7d1cf79abn) >> 64n;
};

const iterate = (start: Uint8Array, times: bigint): Uint8Array => {
  let value = start;
  for (let i = 0n; i < times; i++) value = sha256(value);
  return value;
};

/** `items` ascending by `key`. */
const sorted = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  [...new Map(items.map((item) => [key(item), item]))].sort(([a], [b]) => compareIds(a, b)).map(([, item]) => item);

/**
 * The naive model: 04 §11 once more, to compare with. Arrays of plain records searched from the front, every tree rebuilt from all
 * its leaves in every window, integers of any size. Of the core it uses hashes, identifiers, decoded objects and record layouts,
 * and no rule.
 */
export class Model {
  readonly #network: Network;
  readonly #founders: readonly Id[];
  readonly #verify: Verify;
  readonly #trees = [new NaiveTree(), new NaiveTree(), new NaiveTree(), new NaiveTree(), new NaiveTree()] as const;
  #accounts: Account[] = [];
  #nodes: Node[] = [];
  #pool: records.CandidateRecord[] = [];
  /** By window: D, T, aggregate, lottery weights, nodes excluded from the lottery. */
  readonly #d: bigint[];
  readonly #t: Id[] = [];
  readonly #aggregates: Id[] = [];
  readonly #weights: ReadonlyMap<Id, bigint>[] = [];
  readonly #penalised: (readonly Id[])[] = [];
  /** Unpenalised cemented reveals of the window before the last, best first. */
  #order: readonly Id[] = [];
  #target: bigint;
  #participation: bigint[] = [];
  #revealCount = 0n;

  /** `founders`: bootstrap first, the others ascending by node_id; with a past, how many windows each has confirmed. */
  constructor(network: Network, founders: readonly (Founder & { chainLength?: bigint })[], verify: Verify) {
    this.#network = network;
    this.#founders = founders.map(({ nodePubkey }) => hashId('mt-node', nodePubkey));
    this.#verify = verify;
    this.#d = [BigInt(network.params.d0), BigInt(network.params.d0)];
    this.#target = BigInt(`0x${toHex(network.params.targetZero.slice(0, 16).reverse())}`);
    for (const { accountPubkey, nodePubkey, chainLength } of founders) {
      const operator = accountIdOf(accountPubkey);
      this.#open(operator, accountPubkey, 0, hashId('mt-genesis', operator)).isNodeOperator = true;
      this.#activate(hashId('mt-node', nodePubkey), nodePubkey, operator, 0n, chainLength);
    }
  }

  /** Settles the next window. Throws where no valid proposal leads. */
  apply(input: ModelInput) {
    const { params, rules } = this.#network;
    const window = this.#t.length;
    const w = BigInt(window);
    const timechainValue = this.#timechain(window);
    const aggregate = this.#aggregate(window - 2);
    const activeNodes = this.#nodes.filter((node) => w - lastSeen(node) <= 2n * BigInt(params.tau2Windows));
    const active = BigInt(activeNodes.length);
    const activeWeight = activeNodes.reduce((sum, node) => sum + node.chainLength, 0n);
    const cascade = this.#cascade(window, activeNodes);
    const { bundles, reveals, fallbackDepth } = input;
    const proposerNodeId = cascade[(fallbackDepth - 1) % cascade.length] as Id;
    delete this.#weights[window - 3];
    this.#weights.push(new Map(activeNodes.map((node) => [node.nodeId, lotteryWeight(node)])));
    this.#penalised.push(this.penalties(cascade, fallbackDepth));
    const target = this.#target;
    const applied = this.#settle(input.operations, window);
    this.#register(input.registrations, w, timechainValue, aggregate, active);
    this.#pool = this.#pool.filter(({ expires }) => expires > w);
    const bonus = this.#select(window, timechainValue, aggregate, active);
    const winnerId = this.#lottery(window, reveals);
    const payee = window === 0 ? undefined : (bonus ?? this.#node(winnerId)?.operatorAccountId);
    if (payee !== undefined) (this.#account(payee) as Account).balance += BigInt(params.emissionMoneta);

    const signers = bundles.map(({ nodeId }) => nodeId).sort(compareIds);
    const tag = signers.length === 0 ? 'mt-bc-aggregate-empty' : 'mt-bc-aggregate';
    this.#aggregates.push(window < 2 ? ZERO_ID : hashId(tag, ...signers, le64(window)));
    let included = 0n;
    for (const node of signers.map((id) => this.#node(id) as Node)) {
      included += node.chainLength;
      node.chainLength += 1n;
      node.lastConfirmationWindow = w;
    }
    if (window > 0) this.#participation.push((1000n * included) / activeWeight);
    this.#revealCount += BigInt(reveals.length);
    const isBoundary = window > 0 && w % BigInt(params.tau2Windows) === 0n;
    this.#d.push(isBoundary ? this.#boundary(window) : (this.#d[window + 1] as bigint));

    const supply = this.#accounts.reduce((sum, { balance }) => sum + balance, 0n);
    if (supply !== BigInt(params.emissionMoneta) * w) throw new Error(`supply ${supply} after window ${window}`);
    const accountRoot = this.#trees[0].root(this.#accounts.map((a) => [a.accountId, records.encodeAccountRecord(a)]));
    const nodeRoot = this.#trees[1].root(this.#nodes.map((n) => [n.nodeId, records.encodeNodeRecord(n)]));
    const candidateRoot = this.#trees[2].root(this.#pool.map((c) => [c.nodeId, records.encodeCandidateRecord(c)]));
    return {
      ...{ window, d: this.#d[window] as bigint, timechainValue, target, proposerNodeId, fallbackDepth },
      ...{ winnerId, winnerEndpoint: window === 0 ? ZERO_ID : this.#endpoint(winnerId, window - 1), payee, supply },
      ...{ applied, cascade, aggregate: this.#aggregate(window), accountRoot, nodeRoot, candidateRoot },
      stateRoot: hashId('mt-state-root', nodeRoot, candidateRoot, accountRoot),
      controlRoot: new NaiveTree().root(
        input.registrations.map(({ id, bytes }) => [
          id,
          bytes.subarray(0, rules.controlLeaf === 'scope' ? 7296 : 10605),
        ]),
      ),
      includedBundlesRoot: setRoot(this.#trees[3], bundles),
      includedRevealsRoot: setRoot(this.#trees[4], reveals),
    };
  }

  #account = (id: Id): Account | undefined => this.#accounts.find(({ accountId }) => accountId === id);
  #node = (id: Id): Node | undefined => this.#nodes.find(({ nodeId }) => nodeId === id);
  #aggregate = (window: number): Id => this.#aggregates[window] ?? ZERO_ID;

  #open(accountId: Id, currentPubkey: Uint8Array, window: number, frontier?: Id): Account {
    const { rules, genesisHash } = this.#network;
    const salted = hashId('mt-account-birth', genesisHash, accountId, littleEndian(window, 4));
    const frontierHash = frontier ?? (rules.birthFrontier === 'zero' ? ZERO_ID : salted);
    const lengths = { opHeight: 0, accountChainLength: 0, accountChainLengthSnapshot: 0 };
    const windows = { creationWindow: window, lastOpWindow: window, lastAccountCreationWindow: 0 };
    const common = { accountId, balance: 0n, suiteId: 1, isNodeOperator: false, frontierHash, currentPubkey };
    const account = { ...common, ...lengths, ...windows };
    this.#accounts = sorted([...this.#accounts, account], (other) => other.accountId);
    return account;
  }

  #activate(nodeId: Id, nodePubkey: Uint8Array, operatorAccountId: Id, startWindow: bigint, past = 1n): void {
    const lengths = { chainLength: past, chainLengthSnapshot: past, chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 0n] };
    const windows = { startWindow, lastConfirmationWindow: 0n };
    const node = { nodeId, nodePubkey, suiteId: 1, operatorAccountId, ...lengths, ...windows };
    this.#nodes = sorted([...this.#nodes, node], (other) => other.nodeId);
  }

  #timechain(window: number): Id {
    const { rules, genesisHash } = this.#network;
    const zero = hashId('mt-timechain', rules.timechainSeed === 'zero' ? ZERO_ID : genesisHash);
    const before = this.#t[window - 1];
    this.#t.push(before === undefined ? zero : toHex(iterate(fromHex(before), this.#d[window] as bigint)));
    return this.#t[window] as Id;
  }

  #endpoint = (id: Id, window: number): Id =>
    hashId('mt-lottery', this.#t[window] as Id, this.#aggregate(window - 2), id, le64(window));

  /** By (ticket in the lottery of `window`, node_id); without a ticket: last. */
  #ranked(ids: readonly Id[], window: number): readonly Id[] {
    const hybrid = this.#network.rules.lottery === 'hybrid';
    const ticket = (id: Id): bigint => {
      const weight = this.#weights[window]?.get(id);
      return weight === undefined ? U128 : lnQ64(this.#endpoint(id, window), hybrid) / weight;
    };
    return sorted(ids, (id) => ticket(id).toString(16).padStart(32, '0') + id);
  }

  /** winner(window − 1), fixed by the proposal of `window` (04 §7). */
  #lottery(window: number, reveals: readonly Listed[]): Id {
    if (window === 0) return this.#founders[0] as Id;
    const penalised = this.#penalised[window - 1] as readonly Id[];
    const revealed = reveals.map(({ nodeId }) => nodeId).filter((id) => !penalised.includes(id));
    this.#order = this.#ranked(revealed, window - 1);
    return this.#order[0] ?? (this.#ranked([...(this.#weights[window - 1]?.keys() ?? [])], window - 1)[0] as Id);
  }

  /** Excluded from the lottery of a window whose final proposal has this depth (09 §11.4.5). */
  protected penalties(cascade: readonly Id[], depth: number): readonly Id[] {
    return cascade.slice(0, depth - 1).filter((id) => id !== cascade[(depth - 1) % cascade.length]);
  }

  #cascade(window: number, active: readonly Node[]): readonly Id[] {
    if (window < 2) return this.#founders;
    const first = this.#order.filter((id) => this.#node(id) !== undefined);
    const others = active.map(({ nodeId }) => nodeId).filter((id) => !first.includes(id));
    return [...first, ...this.#ranked(others, window - 2)];
  }

  /** Step 0: user operations (03 §8.1). Returns those applied. */
  #settle(submitted: readonly Operation[], window: number): readonly Id[] {
    const valid: Operation[] = [];
    for (const operation of sorted(submitted, ({ id }) => id)) {
      const isSecond = valid.some(({ sender }) => sender === operation.sender);
      if (!isSecond && this.#isValid(operation, window)) valid.push(operation);
    }
    for (const operation of valid) {
      const sender = this.#account(operation.sender) as Account;
      sender.frontierHash = operation.id;
      sender.opHeight += 1;
      sender.accountChainLength += 1;
      sender.lastOpWindow = window;
      if (operation.type === 'ChangeKey') sender.currentPubkey = operation.newPubkey;
      if (operation.type === 'TransferModeB') {
        sender.lastAccountCreationWindow = window;
        if (!this.#account(operation.link)) this.#open(operation.link, operation.receiverPubkey, window);
      }
      if (operation.type === 'Transfer' || operation.type === 'TransferModeB') {
        sender.balance -= operation.amount;
        (this.#account(operation.link) as Account).balance += operation.amount;
      }
    }
    return valid.map(({ id }) => id);
  }

  /** 03 §6.1. */
  #isValid(operation: Operation, window: number): boolean {
    const { rules, params } = this.#network;
    const sender = this.#account(operation.sender);
    if (sender === undefined || operation.prevHash !== sender.frontierHash) return false;
    if (operation.type === 'ChangeKey' && operation.newSuiteId !== 1) return false;
    if (operation.type === 'Transfer' || operation.type === 'TransferModeB') {
      const { link, amount } = operation;
      if (link === operation.sender || amount === 0n || amount > sender.balance) return false;
      if ((this.#account(link) === undefined) !== (operation.type === 'TransferModeB')) return false;
    }
    if (operation.type === 'TransferModeB') {
      if (operation.suiteId !== 1 || operation.link !== accountIdOf(operation.receiverPubkey)) return false;
      const created = sender.lastAccountCreationWindow;
      const since = rules.creationCooldown === 'from-birth' ? Math.max(created, sender.creationWindow) : created;
      if (since !== 0 && window < since + Number(params.tau2Windows)) return false;
    }
    return this.#verify(sender.currentPubkey, operation.scope, operation.signature);
  }

  /** Step 1: registrations in nr_sort_key order, each against the pool that those before it left (05 §4). */
  #register(submitted: readonly Registration[], w: bigint, t: Id, aggregate: Id, active: bigint): void {
    const { params } = this.#network;
    const base = BigInt(params.vdfEntryWindows);
    for (const r of sorted(submitted, (r) => hashId('mt-nodereg-sort', t, aggregate, r.nodePubkey) + r.id)) {
      const pending = BigInt(this.#pool.filter(isProven).length);
      const isCalm = active === 0n || 100n * pending <= active * BigInt(params.adaptiveVdfThreshold);
      const required = isCalm ? base : (base * pending * BigInt(params.adaptiveVdfMultiplier)) / active;
      const waits = this.#pool.find((c) => c.nodeId === r.nodeId && c.proofEndpoint === r.id && !isProven(c));
      if (waits ? r.vdfChainLength < required : !this.#mayEnter(r, w, required)) continue;
      const proven = { ...r, registrationWindow: w, expires: w + BigInt(params.candidateExpiryWindows) };
      const expires = w + 4n * least(64n, r.vdfChainLength);
      const unproven = { ...r, proofEndpoint: r.id, registrationWindow: 0n, expires };
      const others = this.#pool.filter((candidate) => candidate !== waits);
      this.#pool = sorted([...others, this.isSampled() && !waits ? unproven : proven], ({ nodeId }) => nodeId);
    }
  }

  /** Whether entry chains are too long to be hashed again (09 §1): they are then believed where the window that lists them twice does. */
  protected isSampled(): boolean {
    const { rules, params } = this.#network;
    return rules.entryProof === 'sampled' && BigInt(params.vdfEntryWindows) * BigInt(params.d0) > 1n << 26n;
  }

  /** 05 §3. */
  #mayEnter(r: Registration, w: bigint, required: bigint): boolean {
    const tau2 = BigInt(this.#network.params.tau2Windows);
    const account = this.#account(r.operatorAccountId);
    if (r.suiteId !== 1 || r.operatorAccountId !== accountIdOf(r.operatorPubkey)) return false;
    if (this.#node(r.nodeId) || this.#pool.some(({ nodeId }) => nodeId === r.nodeId)) return false;
    if (this.#isPooledOperator(r.operatorAccountId) || account?.isNodeOperator) return false;
    if (account !== undefined && !equalBytes(account.currentPubkey, r.operatorPubkey)) return false;
    if (r.wStart > w - tau2 || r.wStart < w - most(2n * tau2, required + tau2)) return false;
    const possession = concat(new TextEncoder().encode('mt-operator-pop'), r.nodePubkey);
    if (!this.#verify(r.operatorPubkey, possession, r.operatorPop)) return false;
    if (!this.#verify(r.nodePubkey, r.scope, r.signature)) return false;
    if (r.vdfChainLength < most(required, 1n) || r.wStart + r.vdfChainLength - 1n > w) return false;
    const start = Number(r.wStart);
    if (BigInt(start < 4 ? start : start - 2) < w - 4n * tau2) return false;
    if (this.isSampled()) return true;
    let value = hash('mt-candidate-vdf-init', this.#t[start] as Id, this.#aggregate(start - 2), r.nodeId);
    for (let i = 0; i < Number(r.vdfChainLength); i++) value = iterate(value, this.#d[start + i] as bigint);
    return toHex(value) === r.proofEndpoint;
  }

  #isPooledOperator = (id: Id): boolean => this.#pool.some(({ operatorAccountId }) => operatorAccountId === id);

  /** Step 3b: selection event (05 §5, §6). Returns the operator account that the emission goes to instead of the winner's. */
  #select(window: number, t: Id, aggregate: Id, active: bigint): Id | undefined {
    const { params, rules } = this.#network;
    const isMesh = rules.admission === 'mesh';
    if (window === 0 || !(isMesh || window % Number(params.selectionInterval) === 0)) return undefined;
    let slots = isMesh ? 1n : most(1n, active / BigInt(params.admissionDivisor));
    const proven = this.#pool.filter(isProven);
    for (const candidate of sorted(proven, ({ nodeId }) => hashId('mt-selection', t, aggregate, nodeId) + nodeId)) {
      const { nodeId, nodePubkey, operatorPubkey, operatorAccountId: operator } = candidate;
      this.#pool = this.#pool.filter((other) => other !== candidate);
      const account = this.#account(operator);
      if (account?.isNodeOperator || (account && !equalBytes(account.currentPubkey, operatorPubkey))) continue;
      (account ?? this.#open(operator, operatorPubkey, window)).isNodeOperator = true;
      this.#activate(nodeId, nodePubkey, operator, BigInt(window));
      slots -= 1n;
      if (slots === 0n) return isMesh ? operator : undefined;
    }
    return undefined;
  }

  /** τ₂ boundary: steps 3.6 and 3.7 of 04 §11, then D and target. Returns D from two windows later on. */
  #boundary(window: number): bigint {
    const { params } = this.#network;
    const tau2 = BigInt(params.tau2Windows);
    for (const node of this.#nodes) {
      node.chainLengthCheckpoints = [...node.chainLengthCheckpoints.slice(1), node.chainLength];
      node.chainLengthSnapshot = node.chainLength - (node.chainLengthCheckpoints[0] as bigint);
    }
    for (const account of this.#accounts) account.accountChainLengthSnapshot = account.accountChainLength;
    const isIdle = (a: Account): boolean => a.lastOpWindow + Number(params.pruningIdleWindows) <= window;
    const isKept = (a: Account): boolean => a.balance > 0n || a.isNodeOperator || this.#isPooledOperator(a.accountId);
    this.#accounts = this.#accounts.filter((a) => isKept(a) || !isIdle(a));
    const gone = this.#nodes.filter((node) => BigInt(window) - lastSeen(node) > 8n * tau2);
    this.#nodes = this.#nodes.filter((node) => !gone.includes(node));
    for (const { operatorAccountId: operator } of gone) {
      const isShared = this.#nodes.some(({ operatorAccountId }) => operatorAccountId === operator);
      (this.#account(operator) as Account).isNodeOperator = isShared;
    }
    if (this.#revealCount > 0n) this.#target = least(U128, (this.#target * 13n * tau2) / this.#revealCount);
    this.#revealCount = 0n;
    const median = this.#participation.sort((a, b) => Number(a - b))[Number(tau2 / 2n)] as bigint;
    this.#participation = [];
    const d = this.#d[window + 1] as bigint;
    const [rate, whole] = [BigInt(params.dAdjustmentRateNum), BigInt(params.dAdjustmentRateDen)];
    const isHigh = median >= 10n * BigInt(params.participationDeadZoneHigh);
    const isLow = median <= 10n * BigInt(params.participationDeadZoneLow);
    const moved = isHigh ? (d * (whole + rate)) / whole : isLow ? (d * (whole - rate)) / whole : d;
    return least(most(moved, 1n), (1n << 32n) - 1n);
  }
}

const COMMITTED = [
  ...(['timechainValue', 'target', 'proposerNodeId', 'fallbackDepth', 'winnerId', 'winnerEndpoint'] as const),
  ...(['includedBundlesRoot', 'includedRevealsRoot', 'controlRoot'] as const),
  ...(['nodeRoot', 'candidateRoot', 'accountRoot', 'stateRoot'] as const),
];

/** The first field of a header that is not what the model says of its window. */
export const disagreement = (outcome: ModelOutcome, header: Header): string | undefined =>
  COMMITTED.find((field) => outcome[field] !== header[field]);
