import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import type { LeaderOf } from '#core/consensus/proposal.ts';
import type { Suite } from '#core/crypto/suite.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import { Host, type HostPorts, type Notice } from '#core/host/host.ts';
import type { HostInputs } from '#core/journal/recorder.ts';
import { leaderOf } from '#core/lottery/cascade.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import type { FinalRecord, OpenRecord } from '#core/participant/types.ts';
import { OperationFates } from '#core/services/operation-fates.ts';
import { PendingStaging } from '#core/snapshot/pending-staging.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { decodeMessage, decodeStemMessage } from '#core/wire/codec.ts';
import type { Hasher, HasherEvents } from '#node/hasher/hasher.ts';
import type { Store } from '#node/store/store.ts';
import { StoreError } from '#node/store/store-error.ts';
import { AnchorProofs } from './anchor-proofs.ts';
import { Receipts } from './backlog.ts';
import { Beside } from './beside.ts';
import { mustLeadThrough } from './checkpoint.ts';
import { Clients } from './clients.ts';
import { Door } from './door.ts';
import { keptFate, tellFates } from './fates.ts';
import { HostJournal } from './host-journal.ts';
import type { FromProtocol, ToProtocol } from './messages.ts';
import { oneLine } from './one-line.ts';
import { letterTo, Outbox } from './outbox.ts';
import { hostOptions, participantConfig } from './participant-config.ts';
import { ProofFolder } from './proof-folder.ts';
import { Queries } from './queries.ts';
import type { ProtocolSetting } from './setting.ts';
import { Timer } from './timer.ts';
import { standingOf, told } from './told.ts';
import { UsefulLinks } from './useful-links.ts';

export interface LiveParts {
  readonly setting: ProtocolSetting;
  readonly genesis: Genesis;
  readonly suite: Suite;
  readonly store: Store;
  readonly startHasher: (events: HasherEvents) => Hasher;
  readonly post: (message: FromProtocol) => void;
}

/**
 * A node's host, driven live: one input after another, each handled whole. Time and iterations are read once an input. What it
 * asks to be persisted is durable before anything that it says leaves (09 §8.8), and before the next input; the journal, where there
 * is one, is on the disk before that.
 */
export class LiveHost {
  readonly #parts: LiveParts;
  readonly #host: HostInputs;
  readonly #hasher: Hasher;
  readonly #door: Door;
  /** Whether nodes that are in no table may come in. */
  readonly #admission = { isOn: false };
  readonly #proofs: AnchorProofs;
  readonly #clients: Clients;
  readonly #journal: HostJournal | undefined;
  readonly #fates: OperationFates;
  readonly #queries: Queries;
  readonly #timer: Timer;
  readonly #beside: Beside;
  readonly #startedAt = performance.now();
  readonly #clock = { now: 0, iterations: 0 };
  readonly #receipts: Receipts;
  readonly #outbox = new Outbox();
  readonly #useful = new UsefulLinks();
  readonly #said: FromProtocol[] = [];
  /** What the input at hand made the host persist, in order. */
  #writes: (() => void)[] = [];
  #staging: PendingStaging;
  #settled: Settled;
  #round = 0;
  #stopReason: string | undefined;
  #ended: Promise<void> | undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    const { setting, genesis, suite, store } = parts;
    this.#receipts = new Receipts((link, cost) => parts.post({ type: 'taken', link, cost }));
    const opened = store.opened();
    this.#settled = opened.settled;
    this.#staging = new PendingStaging(store.staging());
    const fates = new OperationFates(keptFate(store));
    this.#fates = fates;
    this.#queries = new Queries({ store, fates, settled: () => this.#settled, post: parts.post });
    const { checkpoint } = setting;
    if (checkpoint !== undefined)
      mustLeadThrough(checkpoint, checkpoint.window, store.entry(checkpoint.window)?.header.id);
    const config = participantConfig(setting, genesis.network, suite);
    // Before the hasher: nothing runs where this throws.
    this.#journal = setting.journal ? new HostJournal(setting, config, genesis, store) : undefined;
    const admission = this.#admission;
    admission.isOn = setting.admitsObservers;
    this.#door = new Door(
      {
        nodeId: config.identity.nodeId,
        verify: suite.verify,
        difficulty: genesis.network.params.bootstrapPowDifficulty,
        isBootstrap: setting.isBootstrap,
        get admitsObservers() {
          return admission.isOn;
        },
      },
      opened.settled,
    );
    this.#proofs = new AnchorProofs(new ProofFolder(setting.folder), store, setting.account, opened.open);
    this.#clients = new Clients(opened, store, fates, {
      send: (link, envelope) => parts.post(letterTo(link, envelope)),
      submit: (operation) => this.#handle(() => this.#handedIn(operation, 0)),
      penalty: (link, reason) => parts.post({ type: 'penalty', link, reason }),
    });
    this.#hasher = parts.startHasher({
      done: (_job, result) => this.#handle(() => this.#host.done(result)),
      alarm: () => this.#handle(() => this.#host.alarm()),
      failed: (error) => this.#end(`the hasher: ${error.message}`),
    });
    this.#timer = new Timer(
      () => this.#now(),
      () => this.#handle(() => this.#host.timer()),
    );
    const seed = randomBytes(32);
    const clock = this.#clock;
    const ports = this.#ports();
    this.#host =
      this.#journal?.open({ config, opened, durable: store.written, seed, clock, ports }) ??
      new Host(config, opened, seed, clock, ports, hostOptions(setting));
    this.#tellStanding();
    this.#beside = new Beside({ setting, store, door: this.#door, post: parts.post }, opened.settled);
    this.#handle(() => this.#host.start());
  }

  /** One message of the main thread. */
  take(message: ToProtocol): void {
    if (this.#ended !== undefined) return;
    switch (message.type) {
      case 'peer-up':
        this.#handle(() => this.#host.peerUp(message.link, message.isOutgoing, message.far));
        break;
      case 'client-up':
        this.#clients.up(message.link, this.#door.accountOf(message.key));
        break;
      case 'peer-down':
        this.#receipts.gone(message.link);
        this.#beside.peerDown(message.link);
        if (!this.#clients.down(message.link)) this.#handle(() => this.#host.peerDown(message.link));
        break;
      case 'message':
        this.#message(message.link, message.envelope, message.onStem);
        this.#receipts.took(message.link, message.envelope.length);
        break;
      case 'room':
        this.#beside.room(message.link);
        break;
      case 'submit':
        this.#submit(message.operation, message.notBefore);
        break;
      case 'judge': {
        const { advertisement, key, group, request } = message;
        const result = this.#door.judge(advertisement, key, group, performance.now());
        this.#parts.post({ type: 'judged', request, result });
        break;
      }
      case 'classify':
        this.#parts.post({ type: 'classified', request: message.request, known: this.#door.classify(message.key) });
        break;
      case 'pace': {
        const pace = { iterations: this.#hasher.count(), difficulty: openWindow(this.#settled).d };
        this.#parts.post({ type: 'paced', request: message.request, pace });
        break;
      }
      case 'query':
        this.#queries.take(message.request, message.query);
        break;
      case 'admit-observers':
        this.#admission.isOn = message.isOn;
        break;
      case 'leave':
        this.#door.leave(message.grant);
        break;
      case 'stop':
        this.#end('stopped');
        break;
    }
  }

  #now(): number {
    return Math.floor((performance.now() - this.#startedAt) * 1_000);
  }

  #handle(input: () => void): void {
    if (this.#ended !== undefined) return;
    this.#clock.now = this.#now();
    this.#clock.iterations = this.#hasher.count();
    try {
      input();
    } catch (error) {
      this.#end(`${error instanceof StoreError ? 'the store' : 'the protocol'}: ${oneLine(error)}`);
      return;
    }
    this.#carryOut();
    if (this.#stopReason !== undefined) this.#end(this.#stopReason);
  }

  /** What the input asked for takes place: durable, then said. */
  #carryOut(): void {
    const { post } = this.#parts;
    try {
      this.#persist();
    } catch (error) {
      this.#end(`the store: ${oneLine(error)}`);
      return;
    }
    const letters = this.#outbox.take();
    if (letters.length > 0) {
      this.#journal?.flush();
      post({ type: 'letters', letters, useful: this.#useful.take() });
    }
    for (const message of this.#said.splice(0)) post(message);
  }

  #persist(): void {
    if (this.#writes.length > 0 || this.#staging.waiting > 0) this.#journal?.sync();
    this.#staging.commit();
    for (const write of this.#writes) write();
    this.#writes = [];
  }

  #write(final: FinalRecord | undefined, open: OpenRecord | undefined): void {
    this.#parts.store.write(final, open);
    if (final !== undefined) this.#beside.final(final.settled);
  }

  /** What the host does next stands on it already. */
  #adopt(settled: Settled): void {
    mustLeadThrough(this.#parts.setting.checkpoint, settled.window, settled.side.proposalHash);
    this.#settled = settled;
    this.#round = 0;
    this.#fates.adopted(settled.state);
    this.#clients.adopted(settled);
    // Durable before the snapshot is, as of any window.
    for (const made of this.#proofs.adopted(settled, this.#fates)) this.#said.push({ type: 'proof', made });
    this.#said.push({ type: 'adopted', standing: standingOf(settled, this.#round) });
    this.#tellStanding();
    this.#writes.push(() => this.#replace(settled));
  }

  /** What was read of the state before may not be read any more. */
  #replace(settled: Settled): void {
    const { store } = this.#parts;
    this.#beside.leaveState();
    store.adopt(settled);
    this.#staging = new PendingStaging(store.staging());
    this.#door.adopted(settled);
    this.#beside.adopted();
  }

  #ports(): HostPorts {
    const { store, setting } = this.#parts;
    const { checkpoint } = setting;
    return {
      send: (peer, message) => this.#outbox.add(peer, message),
      timer: (at) => this.#timer.set(at),
      alarm: (at) => this.#hasher.alarm(at),
      work: (job) => this.#hasher.work(job),
      cancel: (job) => this.#hasher.cancel(job),
      persist: (final, open) => {
        if (final !== undefined) mustLeadThrough(checkpoint, final.settled.window, final.settled.side.proposalHash);
        this.#writes.push(() => this.#write(final, open));
      },
      notice: (notice) => this.#notice(notice),
      archived: (window) => store.entry(window),
      archivedObject: ({ id }) => store.object(id),
      archivedCertificate: (window) => store.certificate(window),
      staging: () => this.#staging,
      adopt: (settled) => this.#adopt(settled),
    };
  }

  #notice(notice: Notice): void {
    tellFates(this.#fates, notice);
    if (this.#clients.notice(notice)) return;
    switch (notice.type) {
      case 'final':
        // Durable before the window is: a crash in between leaves nothing to make a proof of.
        for (const made of this.#proofs.final(notice.record, this.#settled)) this.#said.push({ type: 'proof', made });
        this.#settled = notice.record.settled;
        this.#round = 0;
        this.#door.final(notice.record);
        this.#said.push({
          type: 'final',
          standing: standingOf(this.#settled, this.#round),
          operations: notice.record.operations.length,
        });
        break;
      case 'standing':
        this.#round = notice.standing.round;
        this.#tellStanding();
        break;
      case 'stop':
        this.#stopReason = notice.reason;
        break;
      default: {
        if (notice.type === 'published' || notice.type === 'accepted') this.#proofs.heard(notice.object);
        if (notice.type === 'submitted' && notice.verdict.type === 'accept') this.#proofs.submitted(notice.operation);
        const message = told(notice);
        if (message !== undefined) this.#said.push(message);
      }
    }
  }

  #tellStanding(): void {
    this.#said.push({ type: 'standing', standing: standingOf(this.#settled, this.#round) });
  }

  /** The leader of a round of the open window; of any other window it is not known (09 §11.2). */
  readonly #leaderOf: LeaderOf = (window, round) => {
    const open = openWindow(this.#settled);
    return window === open.window ? leaderOf(open.cascade, round) : undefined;
  };

  #message(link: number, envelope: Uint8Array, onStem: boolean): void {
    if (this.#clients.has(link)) {
      this.#handle(() => this.#clients.message(link, envelope, onStem, this.#clock.now));
      return;
    }
    const decoded = onStem ? decodeStemMessage(envelope) : decodeMessage(envelope, this.#leaderOf);
    if (decoded.ok && decoded.value.type === 'snapshot-request') {
      this.#beside.request(link, decoded.value, this.#now());
    } else if (decoded.ok) {
      this.#handle(() => {
        if (this.#host.message(link, decoded.value)) this.#useful.add(link, decoded.value);
      });
    } else if (decoded.error !== 'UnknownLeader' && decoded.error !== 'NoMessage')
      this.#parts.post({ type: 'penalty', link, reason: decoded.error });
  }

  #submit(bytes: Uint8Array, notBefore: number): void {
    const operation = decodeOperation(bytes);
    if (operation.ok) {
      const isEarly = notBefore > this.#settled.window + 1;
      if (isEarly) this.#said.push({ type: 'submitted', operation: operation.value.id, verdict: 'scheduled' });
      this.#handle(() => this.#handedIn(operation.value, notBefore));
    } else this.#parts.post({ type: 'submitted', operation: ZERO_ID, verdict: `reject: ${operation.error}` });
  }

  #handedIn(operation: Operation, notBefore: number): void {
    this.#fates.handedIn(operation);
    this.#host.submit(operation, notBefore);
  }

  /** No input is handled any more, so nothing is signed. */
  #end(reason: string): void {
    this.#ended ??= this.#close(reason);
  }

  async #close(reason: string): Promise<void> {
    const { store, post } = this.#parts;
    this.#timer.set(undefined);
    this.#queries.stop();
    this.#beside.stop();
    await this.#hasher.stop();
    const failures: string[] = [];
    for (const close of [() => this.#journal?.end(), () => store.close()]) {
      try {
        close();
      } catch (error) {
        failures.push(oneLine(error));
      }
    }
    post({ type: 'stopped', reason: [reason, ...failures].join('; ') });
  }
}
