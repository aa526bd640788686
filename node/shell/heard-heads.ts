import { decodeEnvelope } from '#core/wire/envelope.ts';
import { STATUS } from '#core/wire/payloads.ts';

/** Status (06 §6, 09 §10). */
const CODE = 0x26;

/** How far others are, as their Status says. */
export class HeardHeads {
  /** Of each link the last final window; −1: none. */
  readonly #finals = new Map<number, number>();

  /** Looks at a message of a link. */
  message(link: number, envelope: Uint8Array): void {
    if (envelope[0] !== CODE) return;
    const decoded = decodeEnvelope(envelope);
    const status = decoded.ok ? STATUS.decode(decoded.value.payload) : decoded;
    if (!status.ok || status.value.window > Number.MAX_SAFE_INTEGER) return;
    this.#finals.set(link, Number(status.value.window) - 1);
  }

  closed(link: number): void {
    this.#finals.delete(link);
  }

  /** The best that two of them say, so that one alone cannot make it up; of a single one, what it says; undefined: nobody said. */
  best(): number | undefined {
    const [first, second = first] = [...this.#finals.values()].sort((a, b) => b - a);
    return second;
  }
}
