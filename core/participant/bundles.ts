import type { Id } from '../bytes/bytes.ts';
import { Bitset } from '../collections/bitset.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Bundle } from '../consensus/objects.ts';
import type { Roster } from '../consensus/roster.ts';

/** Endpoint values kept per roster slot before T_W is known (09 §8.1). */
const EARLY_PER_SLOT = 2;

interface EndpointTally {
  readonly endpoint: Id;
  weight: bigint;
  readonly signers: Bitset;
}

/**
 * The bundles of one window. Before T_W is known, judged ones wait per endpoint value and their weight says when T_W may be
 * adopted; afterwards one accepted bundle per slot counts, and listing weights say what reached quorum (04 §4, §8).
 */
export class BundleKeeper {
  readonly #roster: Roster;
  readonly #slots: (Bundle | undefined)[];
  readonly #acceptedAt: number[];
  readonly #byId = new IdMap<Bundle>();
  readonly #listing = new IdMap<bigint>();
  /** Judged but for the endpoint, by slot. */
  readonly #early: Bundle[][];
  readonly #endpoints: EndpointTally[] = [];
  /** Slots whose signer is known to have signed two bundles (09 §11.4.1). */
  readonly equivocators: Bitset;
  weight = 0n;

  constructor(roster: Roster) {
    this.#roster = roster;
    this.#slots = roster.members.map(() => undefined);
    this.#acceptedAt = roster.members.map(() => 0);
    this.#early = roster.members.map(() => []);
    this.equivocators = new Bitset(roster.members.length);
  }

  get complete(): boolean {
    return this.weight === this.#roster.activeWeight;
  }

  get hasQuorum(): boolean {
    return this.weight >= this.#roster.quorum;
  }

  at(slot: number): Bundle | undefined {
    return this.#slots[slot];
  }

  get(id: Id): Bundle | undefined {
    return this.#byId.get(id);
  }

  /** The iteration count at which the bundle of `slot` was accepted. */
  acceptedAt(slot: number): number {
    return this.#acceptedAt[slot] as number;
  }

  /** Whether this very bundle was judged while T_W was unknown. */
  isEarly(slot: number, id: Id): boolean {
    return (this.#early[slot] as Bundle[]).some((bundle) => bundle.id === id);
  }

  /** Keeps a bundle that is valid but for its endpoint, and counts it for that value. */
  addEarly(slot: number, bundle: Bundle): void {
    const kept = this.#early[slot] as Bundle[];
    if (kept.length >= EARLY_PER_SLOT || kept.some((other) => other.endpoint === bundle.endpoint)) return;
    kept.push(bundle);
    let tally = this.#endpoints.find((known) => known.endpoint === bundle.endpoint);
    if (tally === undefined) {
      tally = { endpoint: bundle.endpoint, weight: 0n, signers: new Bitset(this.#roster.members.length) };
      this.#endpoints.push(tally);
    }
    if (tally.signers.get(slot)) return;
    tally.signers.set(slot);
    tally.weight += this.#weightOf(slot);
  }

  /** The endpoint carried by early bundles of weight ≥ Q: T_W may be adopted (09 §8.1). */
  adoptable(): Id | undefined {
    for (const tally of this.#endpoints) if (tally.weight >= this.#roster.quorum) return tally.endpoint;
    return undefined;
  }

  /** Takes the first valid bundle of a slot; returns the identifiers that reached quorum by it. */
  accept(slot: number, bundle: Bundle, now: number): readonly Id[] {
    this.#slots[slot] = bundle;
    this.#acceptedAt[slot] = now;
    this.#byId.set(bundle.id, bundle);
    const weight = this.#weightOf(slot);
    this.weight += weight;
    const reached: Id[] = [];
    for (const operation of bundle.operations) {
      const before = this.#listing.get(operation) ?? 0n;
      const after = before + weight;
      this.#listing.set(operation, after);
      if (before < this.#roster.quorum && after >= this.#roster.quorum) reached.push(operation);
    }
    return reached;
  }

  /** Keeps a second bundle of an equivocator because a kept proposal lists it (09 §12.10). */
  keepListed(bundle: Bundle): void {
    this.#byId.set(bundle.id, bundle);
  }

  /** Accepted bundles, by slot. */
  *accepted(): IterableIterator<Bundle> {
    for (const bundle of this.#slots) if (bundle !== undefined) yield bundle;
  }

  #weightOf(slot: number): bigint {
    return (this.#roster.members[slot] as { weight: bigint }).weight;
  }
}
