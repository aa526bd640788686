import { peerId } from '#core/crypto/ids.ts';
import { parseAddress } from '#node/config/addresses.ts';
import type { Link } from '#node/transport/transport.ts';

export interface DiallingOptions {
  /** `Qm…` of this node, which it does not dial. */
  readonly ownPeerId: string;
  /** Multiaddrs with `/p2p/Qm…`. */
  readonly peers: readonly string[];
  /** Most links dialled and attempts under way. */
  readonly maxOutbound: number;
  readonly tau1Seconds: number;
}

export interface DiallingPorts {
  dial(address: string): Promise<Link>;
  /** One line of what went wrong, and the seconds to the next attempt. */
  failed(address: string, reason: string, seconds: number): void;
}

interface Peer {
  readonly address: string;
  readonly peerId: string;
  /** Seconds to wait before the next attempt. */
  delay: number;
  timer: NodeJS.Timeout | undefined;
  isDialling: boolean;
}

/** Keeps a link to every configured peer: dialled at once, and again after 1, 2, 4 … seconds, 5τ₁ at most (06 §9). */
export class Dialling {
  readonly #options: DiallingOptions;
  readonly #ports: DiallingPorts;
  readonly #peers: readonly Peer[];
  /** Open links of each far end, and when the first of them opened. */
  readonly #links = new Map<string, { count: number; readonly since: number }>();
  #outgoing = 0;
  #isOver = false;

  constructor(options: DiallingOptions, ports: DiallingPorts) {
    this.#options = options;
    this.#ports = ports;
    const byId = new Map<string, Peer>();
    for (const address of options.peers) {
      const id = parseAddress(address)?.peerId;
      if (id === undefined || id === options.ownPeerId || byId.has(id)) continue;
      byId.set(id, { address, peerId: id, delay: 1, timer: undefined, isDialling: false });
    }
    this.#peers = [...byId.values()];
  }

  start(): void {
    for (const peer of this.#peers) this.#dial(peer);
  }

  stop(): void {
    this.#isOver = true;
    for (const { timer } of this.#peers) clearTimeout(timer);
  }

  opened(link: Link): void {
    if (link.isOutgoing) this.#outgoing++;
    const id = peerId(link.key);
    const held = this.#links.get(id);
    if (held === undefined) this.#links.set(id, { count: 1, since: performance.now() });
    else held.count++;
  }

  closed(link: Link): void {
    if (link.isOutgoing) this.#outgoing--;
    const id = peerId(link.key);
    const held = this.#links.get(id);
    if (held === undefined || --held.count > 0) return;
    this.#links.delete(id);
    const peer = this.#peers.find((other) => other.peerId === id);
    if (peer === undefined) return;
    // Who stayed for long is dialled again soon; who hangs up at once is not.
    if (performance.now() - held.since >= this.#options.tau1Seconds * 1_000) peer.delay = 1;
    this.#later(peer);
  }

  #dial(peer: Peer): void {
    if (this.#isOver || peer.isDialling || this.#links.has(peer.peerId)) return;
    const attempts = this.#peers.filter(({ isDialling }) => isDialling).length;
    if (this.#outgoing + attempts >= this.#options.maxOutbound) {
      this.#later(peer);
      return;
    }
    peer.isDialling = true;
    this.#ports.dial(peer.address).then(
      () => {
        peer.isDialling = false;
      },
      (error: unknown) => {
        peer.isDialling = false;
        if (this.#isOver || this.#links.has(peer.peerId)) return;
        const seconds = this.#later(peer);
        this.#ports.failed(peer.address, error instanceof Error ? error.message : String(error), seconds);
      },
    );
  }

  /** The next attempt; the one after it waits twice as long. */
  #later(peer: Peer): number {
    const seconds = peer.delay;
    if (this.#isOver) return seconds;
    peer.delay = Math.min(2 * seconds, 5 * this.#options.tau1Seconds);
    clearTimeout(peer.timer);
    peer.timer = setTimeout(() => this.#dial(peer), seconds * 1_000);
    return seconds;
  }
}
