import type { Id } from '../bytes/bytes.ts';
import { Bitset } from '../collections/bitset.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Bundle } from '../consensus/objects.ts';
import type { Member, Roster } from '../consensus/roster.ts';

/** Endpoint values kept per roster slot before T_W is known (09 §8.1). */
const EARLY_PER_SLOT = 2;

interface EndpointTally {
  readonly endpoint: Id;
  weight: bigint;
}

/**
 * The bundles of one window. Before T_W is known, judged ones wait per endpoint value and their weight says when T_W may be
 * adopted; afterwards one accepted bundle per slot counts, and listing weights say what reached quorum (04 §4, 09 §8.1).
 */
export class BundleKeeper {
  readonly #roster: Roster;
  readonly #slots: (Bundle | undefined)[];
  readonly #acceptedAt: number[];
  readonly #byId = new IdMap<Bundle>();
  /** Operations and registrations by the weight of the accepted bundles that list them. */
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

  /** What is kept of a slot while T_W is unknown. */
  early(slot: number): readonly Bundle[] {
    return this.#early[slot] as Bundle[];
  }

  /** Keeps a bundle that is valid but for its endpoint, and counts it for that value. */
  addEarly(slot: number, bundle: Bundle): void {
    const kept = this.#early[slot] as Bundle[];
    if (kept.length >= EARLY_PER_SLOT || kept.some(({ endpoint }) => endpoint === bundle.endpoint)) return;
    kept.push(bundle);
    let tally = this.#endpoints.find(({ endpoint }) => endpoint === bundle.endpoint);
    if (tally === undefined) {
      tally = { endpoint: bundle.endpoint, weight: 0n };
      this.#endpoints.push(tally);
    }
    tally.weight += this.#weightOf(slot);
  }

  /** The endpoint carried by early bundles of weight ≥ Q: T_W may be adopted (09 §8.1). */
  adoptable(): Id | undefined {
    return this.#endpoints.find(({ weight }) => weight >= this.#roster.quorum)?.endpoint;
  }

  /** T_W is known: hands over the early bundles that carry it, by slot, and forgets the others. */
  takeEarly(endpoint: Id): readonly Bundle[] {
    const taken = this.#early.flat().filter((bundle) => bundle.endpoint === endpoint);
    for (const kept of this.#early) kept.length = 0;
    this.#endpoints.length = 0;
    return taken;
  }

  /** Takes the first valid bundle of a slot; returns the operations and registrations that reached quorum by it. */
  accept(slot: number, bundle: Bundle, now: number): readonly Id[] {
    this.#slots[slot] = bundle;
    this.#acceptedAt[slot] = now;
    this.#byId.set(bundle.id, bundle);
    const weight = this.#weightOf(slot);
    this.weight += weight;
    const reached: Id[] = [];
    for (const id of bundle.operations) {
      const before = this.#listing.get(id) ?? 0n;
      this.#listing.set(id, before + weight);
      if (before < this.#roster.quorum && before + weight >= this.#roster.quorum) reached.push(id);
    }
    return reached;
  }

  /** Keeps a second bundle of an equivocator because a kept proposal lists it (09 §12.10). */
  keepListed(bundle: Bundle): void {
    this.#byId.set(bundle.id, bundle);
  }

  /** Accepted bundles, by slot. */
  accepted(): readonly Bundle[] {
    return this.#slots.filter((bundle) => bundle !== undefined);
  }

  #weightOf(slot: number): bigint {
    return (this.#roster.members[slot] as Member).weight;
  }
}
