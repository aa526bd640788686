import { rmSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Id } from '#core/bytes/bytes.ts';
import type { OperationAnswer } from '#node/api/account-schemas.ts';
import { notRunning } from '#node/api/api-error.ts';
import type { ApiPorts } from '#node/api/route.ts';
import type { CatchUpStatus, Health, JournalAnswer, Ready, Reloaded, Status, WindowAnswer } from '#node/api/schemas.ts';
import { makeApi, serveApi } from '#node/api/server.ts';
import { serveTcp, type TcpListener } from '#node/api/tcp.ts';
import { tokenIn } from '#node/api/token.ts';
import { CatchUpReport, catchUpText, type Progress, windowsBehind } from './catch-up.ts';
import { extendedProof } from './extend-proof.ts';
import { HeardHeads } from './heard-heads.ts';
import { JournalFiles } from './journal-files.ts';
import { Metrics } from './metrics.ts';
import type { NodeOptions } from './node-parts.ts';
import { oneLine } from './one-line.ts';
import { ProofFolder } from './proof-folder.ts';
import type { Pace, Protocol, Standing } from './protocol.ts';
import type { Query, QueryAnswer } from './queries.ts';
import { Reads } from './reads.ts';
import { shared } from './shared.ts';
import { SparingLog } from './sparing-log.ts';
import { WaitingOperations } from './waiting-operations.ts';
import { WaitingWindows } from './waiting-windows.ts';

/** What the node does for its API. */
export interface ApiSources {
  /** undefined: the node is starting or stopping. */
  protocol(): Protocol | undefined;
  status(standing: Standing, pace: Pace): Status;
  uptimeSeconds(): number;
  stop(): void;
  reload(): Reloaded;
}

/** Milliseconds the last answers may take when the node has stopped. */
const LAST_ANSWERS = 500;
/** Milliseconds for which one answer does for all who ask. */
const PACE_SPAN = 100;
const METRICS_SPAN = 1_000;

/** A node's API: its sockets, and what is kept for it on the main thread. */
export class ApiSide implements ApiPorts {
  readonly #options: NodeOptions;
  readonly #sources: ApiSources;
  readonly #operations = new WaitingOperations();
  readonly #windows = new WaitingWindows();
  readonly #heads = new HeardHeads();
  readonly #catchUp = new CatchUpReport();
  readonly #metrics: Metrics;
  /** Its own, so that no line of what strangers bring about takes the place of one. */
  readonly #faults: SparingLog;
  readonly #journal: JournalFiles;
  readonly #reads = new Reads((query) => this.#protocol.query(query));
  readonly #pace = shared(PACE_SPAN, () => this.#protocol.pace());
  readonly #text = shared(METRICS_SPAN, async () => this.#metrics.text(await this.status(), this.ready()));
  readonly #api: FastifyInstance;
  readonly #token: string | undefined;
  #tcp: TcpListener | undefined;
  #last: number | undefined;
  #finals = 0;

  constructor(options: NodeOptions, sources: ApiSources) {
    const { config, folder, log } = options;
    this.#faults = new SparingLog(log);
    this.#options = options;
    this.#sources = sources;
    this.#metrics = new Metrics(folder.path);
    this.#journal = new JournalFiles(folder.journal);
    this.#token = config.api && tokenIn(folder.token);
    this.#api = makeApi(this, this.#token);
  }

  /** Keeps a second node out of the folder. Throws `Refused`. */
  async serve(): Promise<void> {
    const { config, folder, log } = this.#options;
    await serveApi(this.#api, folder.socket);
    // Of a process that could not remove it.
    rmSync(folder.address, { force: true });
    if (config.api === undefined) return;
    this.#tcp = await serveTcp(this.#api, config.api, folder.address);
    log.info({ address: this.#tcp.address }, 'the API listens');
  }

  /** After the last answers. */
  async close(): Promise<void> {
    this.#reads.stop(notRunning());
    this.#windows.stop();
    const closing = [this.#api.close(), this.#tcp?.close()];
    const cut = setTimeout(() => {
      this.#api.server.closeAllConnections();
      this.#tcp?.cut();
    }, LAST_ANSWERS);
    await Promise.all(closing);
    clearTimeout(cut);
  }

  /** Where the node goes on from. */
  started(standing: Standing): void {
    const { finalWindow } = standing;
    this.#last ??= finalWindow;
    if (this.#finals === 0 && finalWindow >= 0) this.#show(standing, null);
  }

  final(standing: Standing, operations: number): void {
    this.#finals++;
    const heard = this.#heads.best() ?? standing.finalWindow;
    this.#metrics.final(heard <= standing.finalWindow);
    this.#moved(standing, operations);
  }

  /** A snapshot took the place of the state. */
  adopted(standing: Standing): void {
    this.#moved(standing, null);
  }

  #moved(standing: Standing, operations: number | null): void {
    this.#last = standing.finalWindow;
    this.#reads.final();
    this.#catchUp.moved();
    this.#show(standing, operations);
  }

  #show({ finalWindow, finalHash, stateRoot }: Standing, operations: number | null): void {
    this.#windows.final({ window: finalWindow, proposalHash: finalHash, stateRoot, operations });
  }

  /** Whether it is worth a line. */
  progress(progress: Progress): boolean {
    return this.#catchUp.told(progress);
  }

  /** Whether it was not said before. */
  advised(text: string): boolean {
    return this.#catchUp.advised(text);
  }

  /** Null: the node is at the head, as far as it knows. */
  catchUp(): CatchUpStatus | null {
    return this.#last === undefined ? null : this.#catchUp.status(this.#last, this.#heads.best());
  }

  submitted(operation: Id, verdict: string): void {
    this.#operations.answered(operation, verdict);
  }

  message(link: number, envelope: Uint8Array): void {
    this.#heads.message(link, envelope);
  }

  closed(link: number): void {
    this.#heads.closed(link);
  }

  async status(): Promise<Status> {
    const [standing, pace] = await Promise.all([this.#protocol.standing(), this.#pace()]);
    return this.#sources.status(standing, pace);
  }

  health(): Health {
    return { pid: process.pid, uptimeSeconds: this.#sources.uptimeSeconds() };
  }

  ready(): Ready {
    const heard = this.#heads.best();
    const finalWindow = this.#last;
    const reason = this.#notReady(finalWindow, heard) ?? null;
    return { ready: reason === null, finalWindow: finalWindow ?? null, heard: heard ?? null, reason };
  }

  #notReady(finalWindow: number | undefined, heard: number | undefined): string | undefined {
    if (this.#sources.protocol() === undefined || finalWindow === undefined) return 'it is starting or stopping';
    if (heard === undefined) return this.#finals > 0 ? undefined : 'no other node said yet where the network is';
    const behind = windowsBehind(finalWindow, heard);
    if (behind === 0) return undefined;
    const catchUp = this.#catchUp.status(finalWindow, heard);
    const where = catchUp === null || catchUp.phase === 'archive' ? '' : `; ${catchUpText(catchUp)}`;
    return `it is ${behind} windows behind${where}${catchUp?.advice ? `; ${catchUp.advice}` : ''}`;
  }

  metrics(): Promise<string> {
    return this.#text();
  }

  stop(): void {
    this.#sources.stop();
  }

  reload(): Reloaded {
    return this.#sources.reload();
  }

  fault(error: unknown): void {
    this.#faults.error({ reason: oneLine(error) }, 'a request to the API came to nothing');
  }

  /** Of the node. */
  get #protocol(): Protocol {
    const protocol = this.#sources.protocol();
    if (protocol === undefined) throw notRunning();
    return protocol;
  }

  submit(id: Id, operation: Uint8Array, notBefore: number | undefined): Promise<OperationAnswer> {
    const protocol = this.#protocol;
    this.#reads.charge();
    return this.#operations.submit(id, () => protocol.submit(operation, notBefore));
  }

  query<Q extends Query>(query: Q): Promise<QueryAnswer<Q>> {
    return this.#reads.read(query);
  }

  anchorProof(operation: Id, checkpoint: number | undefined): Promise<Uint8Array> {
    const headers = {
      final: async () => (await this.#protocol.standing()).finalWindow,
      scopes: (from: number, count: number) => this.query({ type: 'header-scopes', from, count }),
    };
    return extendedProof(new ProofFolder(this.#options.folder.path), headers, operation, checkpoint);
  }

  async nextWindow(after: number, isGone: AbortSignal): Promise<WindowAnswer | undefined> {
    if (this.#sources.protocol() === undefined) throw notRunning();
    return this.#windows.next(after, isGone);
  }

  journal(): JournalAnswer {
    return { isOn: this.#options.config.journal, files: this.#journal.list() };
  }

  journalFile(name: string) {
    return this.#journal.read(name);
  }
}
