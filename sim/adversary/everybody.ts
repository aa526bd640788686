import type { Port } from '#sim/world/strategy.ts';
import type { Input, Shape } from '#sim/world/types.ts';

/** Microseconds until a host is dialled again. */
const REDIAL = 1_000_000;

/** A strategy's own connections to every host: dialled at the start, and again when there is none left. */
export class Everybody {
  readonly #own: number;
  readonly #hosts: number;
  /** Open connections: the peer's number at this host, and whose it is. */
  readonly #peers = new Map<number, number>();

  /** `own`: number of the strategy's host; `hosts`: how many there are. */
  constructor(own: number, hosts: number) {
    this.#own = own;
    this.#hosts = hosts;
  }

  /** To be shown every input. */
  input<S extends Shape>(input: Input<S>, port: Port<S>): void {
    switch (input.type) {
      case 'start':
        this.#peers.clear();
        for (let host = 0; host < this.#hosts; host++) port.perform({ type: 'dial', host });
        break;
      case 'peer-up':
        this.#peers.set(input.peer, input.host);
        break;
      case 'peer-down': {
        const host = this.#peers.get(input.peer);
        this.#peers.delete(input.peer);
        if (host !== undefined) this.#dialAgain(host, port);
        break;
      }
      case 'dial-failed':
        this.#dialAgain(input.host, port);
    }
  }

  hostOf(peer: number): number | undefined {
    return this.#peers.get(peer);
  }

  /** Numbers of the open connections. */
  peers(): Iterable<number> {
    return this.#peers.keys();
  }

  #dialAgain<S extends Shape>(host: number, port: Port<S>): void {
    if (host === this.#own || [...this.#peers.values()].includes(host)) return;
    port.perform({ type: 'dial', host }, REDIAL);
  }
}
