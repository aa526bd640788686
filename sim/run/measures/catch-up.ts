import type { Notice } from '#core/host/host.ts';
import { SYNC_REQUESTS } from '#core/sync/sync.ts';
import type { Message } from '#core/wire/messages.ts';
import { sizeOnWire } from '#core/wire/size.ts';
import { linkEnds } from '#sim/world/connection.ts';
import { HAPPENINGS } from '#sim/world/types.ts';
import type { Watch } from '#sim/world/world.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';

/** One return of a host. Times are virtual microseconds, windows those of the highest final one. */
interface Return {
  readonly at: number;
  readonly window: number;
  readonly head: number;
  /** Of catch-up alone, on the wire. */
  bytes: number;
  readonly asked: Set<number>;
  reached: { readonly at: number; readonly head: number } | undefined;
}

/** Kinds of messages that ask a peer for a part of history. */
const REQUESTS: readonly Message['type'][] = ['archive-request', 'object-request', 'proof-request', 'snapshot-request'];

/**
 * `catch-up`, of the last return of each honest host: `behind.<host>`, how many windows it was behind the others then;
 * `catchUpSeconds.<host>` and `catchUpWindows.<host>`, how long it took until it had the highest window that was final at another
 * honest host at that moment, and how many windows had closed meanwhile (−1: not until the end); `catchUpKilobytes.<host>`, what
 * answered its requests; `peersAsked.<host>`; and `refused.<reason>`, how often it blamed a peer meanwhile, over all hosts.
 */
export class CatchUp implements Measure {
  readonly #names: readonly string[];
  readonly #final: number[];
  readonly #returns = new Map<number, Return>();
  readonly #refused = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#final = names.map(() => -1);
  }

  notice(host: number, notice: Notice, at: number): void {
    const back = this.#returns.get(host);
    if (notice.type === 'final') {
      this.#final[host] = notice.record.settled.window;
      const head = this.#head(host);
      if (back !== undefined && (this.#final[host] as number) >= head) back.reached ??= { at, head };
    } else if (notice.type === 'penalty' && back !== undefined && back.reached === undefined) {
      this.#refused.set(notice.reason, (this.#refused.get(notice.reason) ?? 0) + 1);
    }
  }

  readonly happened: Watch = (at, what, who, content, subject) => {
    if (what === HAPPENINGS.start && content > 0) this.#return(who, at);
    else if (what === HAPPENINGS.send) {
      const { from, to } = linkEnds(who);
      const message = subject as Message;
      if (isOfCatchUp(message) && REQUESTS.includes(message.type)) this.#underway(from)?.asked.add(to);
    } else if (what === HAPPENINGS.deliver) {
      const message = subject as Message;
      const back = isOfCatchUp(message) ? this.#underway(linkEnds(who).to) : undefined;
      if (back !== undefined && !REQUESTS.includes(message.type)) back.bytes += sizeOnWire(message);
    }
  };

  #return(host: number, at: number): void {
    const window = this.#final[host] as number;
    this.#returns.set(host, { at, window, head: this.#head(host), bytes: 0, asked: new Set(), reached: undefined });
  }

  #underway(host: number): Return | undefined {
    const back = this.#returns.get(host);
    return back?.reached === undefined ? back : undefined;
  }

  /** The highest window final at another host. */
  #head(host: number): number {
    return this.#final.reduce((most, window, other) => (other === host ? most : Math.max(most, window)), -1);
  }

  metrics(): Metrics {
    const metrics: Record<string, number> = {};
    for (const [host, { at, window, head, bytes, asked, reached }] of this.#returns) {
      const name = this.#names[host] as string;
      metrics[`behind.${name}`] = head - window;
      metrics[`catchUpSeconds.${name}`] = reached === undefined ? -1 : rounded((reached.at - at) / 1e6, 1);
      metrics[`catchUpWindows.${name}`] = reached === undefined ? -1 : reached.head - head;
      metrics[`catchUpKilobytes.${name}`] = Math.round(bytes / 1e3);
      metrics[`peersAsked.${name}`] = asked.size;
    }
    for (const [reason, times] of this.#refused) metrics[`refused.${reason.replaceAll(' ', '-')}`] = times;
    return metrics;
  }
}

const isOfCatchUp = (message: Message): boolean => 'requestId' in message && message.requestId > SYNC_REQUESTS;
