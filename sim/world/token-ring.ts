import type { Adapter, Clock, Machine, Out } from './types.ts';

/**
 * The smallest protocol that uses the whole world, and the proof that the world knows no other: one token goes round, each holder
 * hashes a while before it passes it on, and a crash or a cut stops it only until the next link is back.
 */
export interface Token {
  readonly hop: number;
}

export interface Ring {
  readonly message: Token;
  readonly job: Token;
  readonly result: number;
  /** The highest hop held; the disk is the last record. */
  readonly record: number;
  readonly disk: number;
  readonly submission: never;
  /** The hop just passed on. */
  readonly event: number;
}

class Station implements Machine<Ring> {
  readonly #next: number;
  readonly #clock: Clock;
  readonly #out: Out<Ring>;
  #held = -1;
  #peer: number | undefined;
  #ready = false;

  constructor(host: number, hosts: number, clock: Clock, out: Out<Ring>) {
    this.#next = (host + 1) % hosts;
    this.#clock = clock;
    this.#out = out;
  }

  start(disk: number, seed: Uint8Array): void {
    this.#held = disk;
    if (disk < 0 && this.#next === 1) this.message(-1, { hop: 0 });
    // A restart passes on what was held; who has seen it ignores it.
    else if (disk >= 0) this.#out.timer(this.#clock.now + 1000 * (1 + (seed[0] as number)));
  }

  message(_peer: number, token: Token): boolean {
    if (token.hop <= this.#held) return false;
    this.#held = token.hop;
    this.#ready = false;
    this.#out.persist(token.hop);
    this.#out.work(token, 500);
    return true;
  }

  done(token: Token): void {
    this.#out.emit(token.hop);
    this.timer();
  }

  timer(): void {
    this.#ready = true;
    if (this.#peer !== undefined) this.#out.send(this.#peer, { hop: this.#held + 1 });
  }

  peerUp(peer: number, host: number): void {
    if (host !== this.#next) return;
    this.#peer = peer;
    if (this.#ready) this.timer();
  }

  peerDown(peer: number): void {
    if (peer === this.#peer) this.#peer = undefined;
  }

  dialFailed(): void {}
  alarm(): void {}
  submit(): void {}

  cost(): number {
    return 150;
  }
}

export const tokenRing = (hosts: number): Adapter<Ring> => ({
  create: (host, _incarnation, clock, out) => new Station(host, hosts, clock, out),
  sizeOf: () => 200,
  kinds: ['token'],
  kindOf: () => 0,
  describe: (token) => `token ${token.hop}`,
  identify: (token) => token.hop,
  identifyEvent: (hop) => hop,
  identifyRecord: (hop) => hop,
  identifyJob: (token) => token.hop,
  format: () => -1,
  write: (_disk, hop) => hop,
  compute: (token) => token.hop,
  identity: (host) => `station ${host}`,
});
