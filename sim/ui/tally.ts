/** Who signed one thing, by weight, and which hosts have seen a quorum of it. */
export class Tally {
  /** Weight of those who signed. */
  signed = 0;
  /** Hosts that hold a quorum. */
  holders = 0;

  readonly #weights: Float64Array;
  readonly #quorum: number;
  readonly #signers: Uint8Array;
  /** By host: a mark per signer it has heard of, and their weight. */
  readonly #heard: (Uint8Array | undefined)[];
  readonly #sums: Float64Array;

  /** `weights` by host. */
  constructor(weights: Float64Array, quorum: number) {
    this.#weights = weights;
    this.#quorum = quorum;
    this.#signers = new Uint8Array(weights.length);
    this.#heard = new Array(weights.length);
    this.#sums = new Float64Array(weights.length);
  }

  /** `host` has an object of `signer` in its hands. */
  saw(host: number, signer: number): void {
    const weight = this.#weights[signer] as number;
    if (this.#signers[signer] === 0) {
      this.#signers[signer] = 1;
      this.signed += weight;
    }
    let heard = this.#heard[host];
    if (heard === undefined) {
      heard = new Uint8Array(this.#weights.length);
      this.#heard[host] = heard;
    }
    if (heard[signer] !== 0) return;
    heard[signer] = 1;
    const before = this.#sums[host] as number;
    this.#sums[host] = before + weight;
    if (before < this.#quorum && before + weight >= this.#quorum) this.holders++;
  }
}
