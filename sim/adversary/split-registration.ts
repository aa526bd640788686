import type { ProtocolObject, Registration } from '#core/consensus/objects.ts';
import { decodeRegistration, REGISTRATION_SIZE } from '#core/entry/registration.ts';
import type { Message } from '#core/wire/messages.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port, Strategy } from '#sim/world/strategy.ts';
import type { Effect, Input } from '#sim/world/types.ts';
import { Everybody } from './everybody.ts';

export interface SplitRegistrationOptions {
  /** Number of its own host. */
  readonly host: number;
  /** Hosts of the run. */
  readonly hosts: number;
  /** Numbers of those that are shown the second signature. */
  readonly seconds: ReadonlySet<number>;
  /** Another valid signature by its node key. */
  readonly resign: (scope: Uint8Array) => Uint8Array;
}

/**
 * A candidate that follows the protocol, but signs each registration of its own a second time. The two are equal up to the node
 * signature, so they have one identifier, and each is valid. It shows some hosts the second and everybody else the first, over
 * connections of its own to every host. It needs no weight, and breaks no rule that anybody could accuse it of.
 */
export class SplitRegistration implements Strategy<MontanaShape> {
  readonly #options: SplitRegistrationOptions;
  readonly #everybody: Everybody;
  /** Of each registration of its own, the second one. */
  readonly #twins = new Map<string, Registration>();

  constructor(options: SplitRegistrationOptions) {
    this.#options = options;
    this.#everybody = new Everybody(options.host, options.hosts);
  }

  input(input: Input<MontanaShape>, port: Port<MontanaShape>): void {
    this.#everybody.input(input, port);
    port.deliver(input);
  }

  effect(effect: Effect<MontanaShape>, port: Port<MontanaShape>): void {
    if (effect.type === 'send') port.perform({ ...effect, message: this.#shown(effect.message, effect.peer) });
    else port.perform(effect);
    if (effect.type !== 'emit') return;
    const { event } = effect;
    if (event.type === 'published' && event.object.kind === 'registration') this.#show(event.object, port);
  }

  /** Everybody at once: who has heard of it by the name alone asks nobody for it. */
  #show(registration: Registration, port: Port<MontanaShape>): void {
    this.#twins.set(registration.id, twinOf(registration, this.#options.resign));
    for (const peer of this.#everybody.peers())
      port.perform({ type: 'send', peer, message: this.#shown({ type: 'object', object: registration }, peer) });
  }

  #shown(message: Message, peer: number): Message {
    const host = this.#everybody.hostOf(peer);
    if (this.#twins.size === 0 || host === undefined || !this.#options.seconds.has(host)) return message;
    const second = (object: ProtocolObject): ProtocolObject => this.#twins.get(object.id) ?? object;
    switch (message.type) {
      case 'object':
        return { ...message, object: second(message.object) };
      case 'object-response':
        return { ...message, objects: message.objects.map(second) };
      default:
        return message;
    }
  }
}

/** The same registration under another signature. */
const twinOf = ({ bytes, scope }: Registration, resign: (scope: Uint8Array) => Uint8Array): Registration => {
  const other = bytes.slice();
  const signature = resign(scope);
  other.set(signature, REGISTRATION_SIZE - signature.length);
  const decoded = decodeRegistration(other);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
};
