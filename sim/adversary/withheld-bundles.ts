import type { Id } from '#core/bytes/bytes.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import { clearBit } from '#core/gossip/bits.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { type Message, SET_BUNDLE, type SlotSet } from '#core/wire/messages.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port, Strategy } from '#sim/world/strategy.ts';
import type { Effect, Input } from '#sim/world/types.ts';

type Send = Extract<Effect<MontanaShape>, { readonly type: 'send' }>;

const SECOND = 1_000_000;

/**
 * Follows the protocol, but keeps its own bundle of a window to itself: for some seconds, or until it proposes, since nobody could
 * judge a proposal that lists a bundle he cannot have. Whoever was to be sent the bundle is sent it then. Until then it says of
 * itself that it holds none.
 */
export class WithheldBundles implements Strategy<MontanaShape> {
  readonly #nodeId: Id;
  /** Microseconds; undefined: for ever. */
  readonly #delay: number | undefined;
  /** The open window, and the slot of the node in it; −1: it is no node. */
  #window = 0;
  #slot = -1;
  /** It has proposed in the open window. */
  #isShown = false;
  #held: Send[] = [];

  constructor(nodeId: Id, seconds: number | undefined) {
    this.#nodeId = nodeId;
    this.#delay = seconds === undefined ? undefined : seconds * SECOND;
  }

  input(input: Input<MontanaShape>, port: Port<MontanaShape>): void {
    if (input.type === 'start') this.#opened(input.disk.opened().settled);
    port.deliver(input);
  }

  effect(effect: Effect<MontanaShape>, port: Port<MontanaShape>): void {
    if (effect.type === 'emit') this.#noticed(effect.event, port);
    if (effect.type === 'send') this.#send(effect, port);
    else port.perform(effect);
  }

  #noticed(notice: MontanaShape['event'], port: Port<MontanaShape>): void {
    if (notice.type === 'final') this.#opened(notice.record.settled);
    if (notice.type !== 'published' || notice.object.kind !== 'proposal') return;
    this.#isShown = true;
    for (const effect of this.#held) port.perform(effect);
    this.#held = [];
  }

  #opened(settled: Settled): void {
    const { window, roster } = openWindow(settled);
    this.#window = window;
    this.#slot = roster.slotOf(this.#nodeId);
    this.#isShown = false;
    this.#held = [];
  }

  #send(effect: Send, port: Port<MontanaShape>): void {
    const { message } = effect;
    if (message.type !== 'object' || !this.#isKept(message.object)) {
      port.perform({ ...effect, message: this.#without(message) });
      return;
    }
    this.#held.push(effect);
    if (this.#delay !== undefined) port.perform(effect, this.#delay);
  }

  #isKept(object: ProtocolObject): boolean {
    return object.kind === 'bundle' && object.nodeId === this.#nodeId && !this.#isShown;
  }

  /** What others are told without the bundle that is kept. */
  #without(message: Message): Message {
    if (message.type === 'object-response') {
      return { ...message, objects: message.objects.filter((object) => !this.#isKept(object)) };
    }
    const isOpen = message.type === 'have' && message.window === this.#window && this.#slot >= 0;
    return isOpen && !this.#isShown ? { ...message, sets: message.sets.map((set) => this.#silent(set)) } : message;
  }

  #silent(set: SlotSet): SlotSet {
    if (set.kind !== SET_BUNDLE) return set;
    const bitmap = Uint8Array.from(set.bitmap);
    clearBit(bitmap, this.#slot);
    return { ...set, bitmap };
  }
}
