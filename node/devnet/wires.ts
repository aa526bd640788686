import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** What becomes of connections between nodes of different groups: their bytes are held back, or they are closed. */
export type Parting = 'hold' | 'cut';

/** A connection of one node to another. */
interface Wire {
  readonly from: number;
  readonly to: number;
  readonly ends: readonly [Socket, Socket];
}

/**
 * The TCP connections of some nodes of this machine, each through a port of its own for every pair, so that groups of nodes can be parted.
 * `hold` is what endpoints see while packets are dropped: nothing arrives, nothing is closed, and what was sent comes late. `cut` closes
 * connections, also new ones.
 */
export class Wires {
  readonly #servers: readonly Server[][];
  readonly #wires = new Set<Wire>();
  #targets: readonly number[] = [];
  #groups: readonly number[] = [];
  #parting: Parting | undefined;
  #healed = Promise.resolve();
  #heal: () => void = () => {};

  private constructor(nodes: number) {
    const indices = Array.from({ length: nodes }, (_, index) => index);
    this.#servers = indices.map((from) =>
      indices.map((to) => createServer((socket) => this.#accept(from, to, socket))),
    );
  }

  /** Listens on 127.0.0.1; `aim` before anybody dials. */
  static async make(nodes: number): Promise<Wires> {
    const wires = new Wires(nodes);
    const listening = (server: Server): Promise<void> =>
      new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    await Promise.all(wires.#servers.flat().map(listening));
    return wires;
  }

  /** The ports at which the nodes listen. */
  aim(ports: readonly number[]): void {
    this.#targets = ports;
  }

  /** Where node `from` dials node `to`. */
  port(from: number, to: number): number {
    const address = this.#servers[from]?.[to]?.address() as AddressInfo;
    return address.port;
  }

  /** Parts the nodes by the number of their group. */
  part(groups: readonly number[], parting: Parting): void {
    this.#groups = groups;
    this.#parting = parting;
    this.#healed = new Promise((resolve) => {
      this.#heal = resolve;
    });
    if (parting === 'hold') return;
    for (const wire of this.#wires) if (this.#isParted(wire)) close(wire);
  }

  heal(): void {
    this.#parting = undefined;
    this.#heal();
  }

  async close(): Promise<void> {
    this.heal();
    for (const wire of this.#wires) close(wire);
    await Promise.all(this.#servers.flat().map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #isParted({ from, to }: Pick<Wire, 'from' | 'to'>): boolean {
    return this.#parting !== undefined && this.#groups[from] !== this.#groups[to];
  }

  #accept(from: number, to: number, near: Socket): void {
    if (this.#parting === 'cut' && this.#isParted({ from, to })) {
      near.destroy();
      return;
    }
    const far = connect({ host: '127.0.0.1', port: this.#targets[to] as number, noDelay: true });
    near.setNoDelay(true);
    const wire: Wire = { from, to, ends: [near, far] };
    this.#wires.add(wire);
    const carry = (source: Socket, target: Socket): Promise<void> =>
      pipeline(source, (chunks) => this.#pass(wire, chunks), target);
    void Promise.allSettled([carry(near, far), carry(far, near)]).then(() => {
      close(wire);
      this.#wires.delete(wire);
    });
  }

  async *#pass(wire: Wire, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      while (this.#isParted(wire)) await this.#healed;
      yield chunk;
    }
  }
}

const close = ({ ends }: Wire): void => {
  for (const end of ends) end.destroy();
};
