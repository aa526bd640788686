/** What the messages of one link that wait for the protocol's thread may cost before the link is paused. */
const MOST = 1_048_576;

/** Where they cost no more than this again, it is resumed. The thread says how far it is in steps of half of that. */
const FEW = MOST / 2;
const STEP = FEW / 2;

/** A message costs its bytes, and as many as a frame has for being one. */
const OVERHEAD = 1_024;

const costOf = (size: number): number => size + OVERHEAD;

export interface BacklogPorts {
  pause(link: number): void;
  resume(link: number): void;
}

/** The main thread's side: what waits for the protocol's thread, by link. A message is never dropped; its sender has to wait. */
export class Backlog {
  readonly #ports: BacklogPorts;
  readonly #links = new Map<number, { cost: number; isPaused: boolean }>();

  constructor(ports: BacklogPorts) {
    this.#ports = ports;
  }

  /** A message of `size` bytes is on its way. */
  handed(link: number, size: number): void {
    const waiting = this.#links.get(link) ?? { cost: 0, isPaused: false };
    this.#links.set(link, waiting);
    waiting.cost += costOf(size);
    if (waiting.isPaused || waiting.cost <= MOST) return;
    waiting.isPaused = true;
    this.#ports.pause(link);
  }

  /** What the thread says; of a link that is gone nothing happens. */
  taken(link: number, cost: number): void {
    const waiting = this.#links.get(link);
    if (waiting === undefined) return;
    waiting.cost -= cost;
    if (!waiting.isPaused || waiting.cost > FEW) return;
    waiting.isPaused = false;
    this.#ports.resume(link);
  }

  gone(link: number): void {
    this.#links.delete(link);
  }
}

/** The protocol's side: says what it took, now and then. */
export class Receipts {
  readonly #say: (link: number, cost: number) => void;
  readonly #costs = new Map<number, number>();

  constructor(say: (link: number, cost: number) => void) {
    this.#say = say;
  }

  took(link: number, size: number): void {
    const cost = (this.#costs.get(link) ?? 0) + costOf(size);
    this.#costs.set(link, cost < STEP ? cost : 0);
    if (cost >= STEP) this.#say(link, cost);
  }

  gone(link: number): void {
    this.#costs.delete(link);
  }
}
