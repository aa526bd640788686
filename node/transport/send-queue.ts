/** Codes that go first when a queue is full, the least needed in front (06 §6.1): Transfer, Anchor, ChangeKey, NodeRegistration. */
const LEAST_NEEDED = [0x01, 0x04, 0x03, 0x10];
/** What windows are made of: Proposal, BundledConfirmation, VdfReveal, ProposalVote, Evidence. Never dropped. */
const CONSENSUS = [0x22, 0x20, 0x21, 0x23, 0x25];

/** How long an envelope stays in a full queue; the lowest go first, the highest never. */
const RANKS = new Uint8Array(256).fill(LEAST_NEEDED.length);
LEAST_NEEDED.forEach((code, rank) => {
  RANKS[code] = rank;
});
const KEPT = LEAST_NEEDED.length + 1;
for (const code of CONSENSUS) RANKS[code] = KEPT;

const rankOf = (envelope: Uint8Array): number => RANKS[envelope[0] as number] as number;

/** Envelopes that wait for one link, first come first sent, within two bounds. */
export class SendQueue {
  readonly #mostObjects: number;
  readonly #mostBytes: number;
  readonly #envelopes: Uint8Array[] = [];
  #bytes = 0;

  constructor(mostObjects: number, mostBytes: number) {
    this.#mostObjects = mostObjects;
    this.#mostBytes = mostBytes;
  }

  get size(): number {
    return this.#envelopes.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Queues an envelope. Over a bound, the oldest of the least needed code goes (06 §6.1), then of what is no object of a window, the
   * new one included. Answers how many went; undefined: objects of windows alone are more than the bounds, and nothing fits.
   */
  push(envelope: Uint8Array): number | undefined {
    this.#envelopes.push(envelope);
    this.#bytes += envelope.length;
    let dropped = 0;
    while (this.#envelopes.length > this.#mostObjects || this.#bytes > this.#mostBytes) {
      if (!this.#dropOne()) return undefined;
      dropped++;
    }
    return dropped;
  }

  shift(): Uint8Array | undefined {
    const envelope = this.#envelopes.shift();
    if (envelope !== undefined) this.#bytes -= envelope.length;
    return envelope;
  }

  clear(): void {
    this.#envelopes.length = 0;
    this.#bytes = 0;
  }

  #dropOne(): boolean {
    let lowest = KEPT;
    let at = -1;
    this.#envelopes.forEach((envelope, index) => {
      const rank = rankOf(envelope);
      if (rank >= lowest) return;
      lowest = rank;
      at = index;
    });
    if (at < 0) return false;
    const [gone] = this.#envelopes.splice(at, 1);
    this.#bytes -= gone?.length ?? 0;
    return true;
  }
}
