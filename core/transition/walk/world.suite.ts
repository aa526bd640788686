import { disagreement, Model } from '#vectors/model.ts';
import type { Id } from '../../bytes/bytes.ts';
import { makeHeader } from '../../consensus/header.ts';
import type { Operation, Registration } from '../../consensus/objects.ts';
import { nodeId } from '../../crypto/ids.ts';
import { leaderOf } from '../../lottery/cascade.ts';
import { cheapVerify } from '../../operations/accounts.suite.ts';
import { MemoryBase } from '../../state/memory-base.ts';
import type { Delta, Table, WritableBase } from '../../state/state.ts';
import { State } from '../../state/view.ts';
import { timechainStep } from '../../timechain/chain.ts';
import { applyWindow, compareOutcome, headerFields, type WindowInput } from '../apply.ts';
import { genesisSettled } from '../genesis-settled.ts';
import { listOf } from '../network.suite.ts';
import { openWindow } from '../open-window.ts';
import { selfCheck } from '../self-check.ts';
import type { PastWindow, Settled } from '../settled.ts';
import { operationOf, registrationOf } from './bodies.suite.ts';
import type { Command } from './commands.suite.ts';
import { growthFault } from './growth.suite.ts';
import { accountKey, foundersIn, genesisOf, type Setting } from './settings.suite.ts';
import { Turns } from './turns.suite.ts';

/**
 * A network without a network: windows follow each other by the transition alone, and in each of them core, naive model and
 * invariants have to agree. Throws where they do not.
 */
export class World {
  readonly #setting: Setting;
  readonly #model: Model;
  /** Every window so far; unlike the side state it forgets none. */
  readonly #past: PastWindow[] = [];
  readonly #turns = new Turns();
  readonly #silentUntil = new Map<Id, number>();
  #settled: Settled;
  #operations: Operation[] = [];
  #registrations: Registration[] = [];
  #percent = 100;
  #mask = 0;
  #depth = 1;
  #crashes = false;
  /** Since the first crash, with the windows that are not in it yet. */
  #disk: WritableBase | undefined;
  #unwritten: Delta[] = [];

  constructor(setting: Setting) {
    const genesis = genesisOf(setting);
    this.#setting = setting;
    this.#settled = genesisSettled(genesis, new MemoryBase());
    this.#model = new Model(genesis.network, foundersIn(genesis, setting, nodeId), cheapVerify);
    this.#check('genesis', selfCheck(this.#settled));
    this.#turns.remember(this.#settled);
  }

  get windows(): number {
    return this.#settled.window + 1;
  }

  get seen(): Turns['seen'] {
    return this.#turns.seen;
  }

  carryOut(command: Command): void {
    switch (command.do) {
      case 'pass':
        for (let i = 0; i < command.windows; i++) this.#close();
        break;
      case 'send':
      case 'create':
      case 'rekey':
      case 'anchor':
        this.#operations.push(operationOf(this.#settled.state, command));
        break;
      case 'register': {
        const registration = registrationOf(this.#settled, this.#past, command);
        if (registration !== undefined) this.#registrations.push(registration);
        break;
      }
      case 'silence': {
        const { members } = openWindow(this.#settled).roster;
        const member = members[command.node % members.length];
        const windows = command.epochs * this.#setting.tau2 + command.windows;
        if (member !== undefined) this.#silentUntil.set(member.nodeId, this.windows + windows);
        break;
      }
      case 'presence':
        this.#percent = command.percent;
        break;
      case 'hide':
        this.#mask = command.mask;
        break;
      case 'deputy':
        this.#depth = command.depth;
        break;
      case 'crash':
        this.#crashes = true;
    }
  }

  /** One window, judged by everybody. */
  #close(): void {
    const before = this.#settled;
    const input = this.#input();
    const outcome = applyWindow(before, input, cheapVerify);
    const naive = this.#model.apply(input);
    const open = openWindow(before);
    const header = makeHeader(headerFields(outcome, open, input.proposer, input.fallbackDepth), accountKey(0));
    const at = `window ${outcome.window}`;
    this.#check(`${at}: model`, disagreement(naive, header));
    this.#check(`${at}: model`, differenceIn('applied', naive.applied.join(), outcome.applied.join()));
    this.#check(`${at}: model`, differenceIn('payee', naive.payee, outcome.payee));
    this.#check(`${at}: model`, differenceIn('d', naive.d, BigInt(open.d)));
    this.#check(`${at}: model`, differenceIn('cascade', naive.cascade.join(), open.cascade.join()));
    this.#check(`${at}: header`, compareOutcome(outcome, header));
    const settled = outcome.settle(header.id, header.protocolVersion);
    this.#check(`${at}: model`, differenceIn('aggregate', naive.aggregate, settled.side.past.at(-1)?.aggregate));
    this.#check(`${at}: self-check`, selfCheck(settled));
    this.#check(`${at}: growth`, growthFault(before, input, outcome, settled));
    if (this.#crashes) this.#checkAgain(before, input, settled);
    this.#settled = this.#crashes ? this.#reopened(settled) : this.#written(settled, outcome.delta);
    this.#turns.note(before, input, outcome, settled, this.#crashes);
    this.#past.push(settled.side.past.at(-1) as PastWindow);
    [this.#operations, this.#registrations, this.#mask, this.#depth, this.#crashes] = [[], [], 0, 1, false];
  }

  #input(): WindowInput {
    const open = openWindow(this.#settled);
    const isSilent = (id: Id): boolean => open.window < (this.#silentUntil.get(id) ?? 0);
    const hidden = (slot: number): boolean => ((this.#mask >> (slot % 16)) & 1) === 1;
    const tickets = open.lotteryBefore?.tickets() ?? [];
    const revealers = tickets.filter(({ ticket }) => ticket < (open.lotteryBefore?.target ?? 0n));
    return {
      timechainValue: open.timechainValue ?? timechainStep(open.previousT, open.d),
      bundles: listOf(this.#signers(isSilent), 'bundles'),
      reveals: listOf(
        revealers.filter(({ nodeId: id }, slot) => !isSilent(id) && !hidden(slot)).map(({ nodeId: id }) => id),
        'reveals',
      ),
      operations: distinct(this.#operations),
      registrations: distinct(this.#registrations),
      proposer: leaderOf(open.cascade, this.#depth) as Id,
      fallbackDepth: this.#depth,
    };
  }

  /** The silent stay away as far as quorum allows, then others as far as presence does: all they can, once D has run off. */
  #signers(isSilent: (id: Id) => boolean): readonly Id[] {
    const { members, activeWeight, quorum } = openWindow(this.#settled).roster;
    const hasRunOff = this.#settled.side.dNext > 8 * this.#setting.d0;
    const percent = BigInt(hasRunOff ? 67 : this.#percent);
    const turned = members.map((_, i) => members[(i + this.windows) % members.length] as (typeof members)[number]);
    const away = new Set<Id>();
    let weight = activeWeight;
    for (const member of [...turned].sort((a, b) => Number(isSilent(b.nodeId)) - Number(isSilent(a.nodeId)))) {
      const least = isSilent(member.nodeId) ? quorum : (activeWeight * percent + 99n) / 100n;
      if (weight - member.weight < (least > quorum ? least : quorum)) continue;
      weight -= member.weight;
      away.add(member.nodeId);
    }
    return members.map(({ nodeId: id }) => id).filter((id) => !away.has(id));
  }

  /** What a node does that lost a window it had applied. */
  #checkAgain(before: Settled, input: WindowInput, settled: Settled): void {
    const durable = { ...before, state: new State(diskOf(before.state)), side: structuredClone(before.side) };
    const again = applyWindow(durable, input, cheapVerify);
    const open = openWindow(durable);
    const header = makeHeader(headerFields(again, open, input.proposer, input.fallbackDepth), accountKey(0));
    this.#check(`window ${again.window}: crash`, differenceIn('header', settled.side.proposalHash, header.id));
    const { digest } = again.settle(header.id, header.protocolVersion).side;
    this.#check(`window ${again.window}: crash`, differenceIn('side state', settled.side.digest, digest));
  }

  /** A settled state as it comes back from a disk: the records alone, nothing shared, nothing remembered. */
  #reopened({ network, window, state, side }: Settled): Settled {
    this.#disk = diskOf(state);
    this.#unwritten = [];
    return { network: structuredClone(network), window, state: new State(this.#disk), side: structuredClone(side) };
  }

  /** From then on windows lie above the disk; the two oldest of three go into it. */
  #written(settled: Settled, delta: Delta): Settled {
    if (this.#disk === undefined) return settled;
    this.#unwritten.push(delta);
    if (this.#unwritten.length < 3) return settled;
    for (const oldest of this.#unwritten.splice(0, 2)) this.#disk.commit(oldest);
    return { ...settled, state: settled.state.rebase(this.#disk, 2) };
  }

  #check(where: string, fault: string | undefined): void {
    if (fault !== undefined) throw new Error(`${where}: ${fault}`);
  }
}

const differenceIn = <T>(name: string, naive: T, core: T): string | undefined =>
  naive === core ? undefined : `${name} is ${core}, should be ${naive}`;

const distinct = <T extends { readonly id: Id }>(objects: readonly T[]): readonly T[] => [
  ...new Map(objects.map((object) => [object.id, object])).values(),
];

/** A base with these records and no versions of its own, as a disk is one. */
const diskOf = (state: State): WritableBase => {
  const base = new MemoryBase();
  const records = (table: Table) => Array.from(state.range(table), ([key, bytes]) => [key, bytes.slice()] as const);
  const all = { account: records('account'), node: records('node'), candidate: records('candidate') };
  base.commit(new State(base).apply(all).delta);
  return {
    record: (table, key) => base.record(table, key),
    node: (table, path) => base.node(table, path),
    range: (table, from) => base.range(table, from),
    commit: (delta) => base.commit(delta),
  };
};
