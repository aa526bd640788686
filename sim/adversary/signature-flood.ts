import type { Id } from '#core/bytes/bytes.ts';
import { makeBundle } from '#core/consensus/bundle.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import { SIGNATURE_SIZE, type SigningKey } from '#core/crypto/suite.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port, Strategy } from '#sim/world/strategy.ts';
import type { Effect, Input } from '#sim/world/types.ts';

/** One flood: from `after` seconds past the attacker's own entry into `window` on. */
export interface Flood {
  /** Number of the host it goes to. */
  readonly target: number;
  /** Messages per second. */
  readonly rate: number;
  readonly window: number;
  readonly after: number;
  readonly seconds: number;
}

export interface SignatureFloodOptions {
  /** Number of the attacker's host. */
  readonly host: number;
  readonly floods: readonly Flood[];
  /** Nodes in whose name it speaks: those of the others. */
  readonly members: readonly Id[];
}

const SECOND = 1_000_000;

/** Signs nothing: the bytes, always the same, are no signature of anybody. */
const FORGED = new Uint8Array(SIGNATURE_SIZE).fill(0x5a);
const FORGER: SigningKey = { publicKey: new Uint8Array(0), sign: () => FORGED };

/** A flood under way. */
interface Running {
  readonly flood: Flood;
  readonly begun: number;
  sent: number;
}

/**
 * Follows the protocol, and floods hosts with bundles that only a signature check tells from honest ones: of a member of the
 * open window, with the right endpoint once any bundle shows it, each with another list. What it cannot send for want of a
 * connection is not sent later.
 */
export class SignatureFlood implements Strategy<MontanaShape> {
  readonly #options: SignatureFloodOptions;
  /** Open connections: the peer's number at this host, and whose it is. */
  readonly #peers = new Map<number, number>();
  #running: Running[] = [];
  /** When it comes back; past: not asked for. */
  #wake = 0;
  /** The open window, and the endpoint that its bundles show. */
  #window = 0;
  #endpoint: { readonly window: number; readonly value: Id } | undefined;
  #made = 0;

  constructor(options: SignatureFloodOptions) {
    this.#options = options;
  }

  input(input: Input<MontanaShape>, port: Port<MontanaShape>): void {
    switch (input.type) {
      case 'start':
        this.#peers.clear();
        this.#running = [];
        this.#wake = 0;
        break;
      case 'peer-up':
        this.#peers.set(input.peer, input.host);
        break;
      case 'peer-down':
        this.#peers.delete(input.peer);
        break;
      case 'message':
        if (input.message.type === 'object') this.#learn(input.message.object);
    }
    port.deliver(input);
  }

  effect(effect: Effect<MontanaShape>, port: Port<MontanaShape>): void {
    port.perform(effect);
    if (effect.type !== 'emit') return;
    const { event } = effect;
    if (event.type === 'published') this.#learn(event.object);
    if (event.type !== 'entered') return;
    this.#window = event.window;
    for (const flood of this.#options.floods) {
      if (flood.window !== event.window) continue;
      this.#running.push({ flood, begun: port.now + flood.after * SECOND, sent: 0 });
      this.#dial(flood.target, port);
    }
    this.#send(port);
  }

  wake(port: Port<MontanaShape>): void {
    this.#send(port);
  }

  /** A bundle shows T of its window before this host has hashed it. */
  #learn(object: ProtocolObject): void {
    if (object.kind === 'bundle') this.#endpoint = { window: object.window, value: object.endpoint };
  }

  #dial(target: number, port: Port<MontanaShape>): void {
    if (this.#peerOf(target) === undefined) port.perform({ type: 'dial', host: target });
  }

  #peerOf(host: number): number | undefined {
    for (const [peer, other] of this.#peers) if (other === host) return peer;
    return undefined;
  }

  /** Sends what is due, and comes back when the next is. */
  #send(port: Port<MontanaShape>): void {
    for (const running of this.#running) {
      const { target, rate, seconds } = running.flood;
      const peer = this.#peerOf(target);
      for (; dueAt(running) <= port.now && running.sent < rate * seconds; running.sent++) {
        const object = this.#forge();
        if (peer !== undefined) port.perform({ type: 'send', peer, message: { type: 'object', object } });
      }
    }
    this.#running = this.#running.filter(({ flood, sent }) => sent < flood.rate * flood.seconds);
    const next = Math.min(...this.#running.map(dueAt));
    const isAwaited = this.#wake > port.now && this.#wake <= next;
    if (isAwaited || next === Number.POSITIVE_INFINITY) return;
    this.#wake = next;
    port.wake(next - port.now);
  }

  #forge(): ProtocolObject {
    const { host, members } = this.#options;
    const made = this.#made++;
    const nodeId = members[made % members.length] as Id;
    const endpoint = this.#endpoint?.window === this.#window ? this.#endpoint.value : nodeId;
    const operation = `${host.toString(16).padStart(8, '0')}${made.toString(16).padStart(56, '0')}`;
    return makeBundle({ nodeId, endpoint, window: this.#window, operations: [operation], reveals: [] }, FORGER);
  }
}

/** When the next message of a flood is due. */
const dueAt = ({ flood, begun, sent }: Running): number => begun + Math.floor((sent * SECOND) / flood.rate);
