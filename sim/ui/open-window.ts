import type { Id } from '#core/bytes/bytes.ts';
import { PREVOTE, type ProtocolObject, type Vote } from '#core/consensus/objects.ts';
import { quorumOf, rosterOf } from '#core/consensus/roster.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Scene } from '#sim/properties/types.ts';
import { Tally } from './tally.ts';

/** How far a node got in the open window. */
export const WAITING = 0;
export const BUNDLE = 1;
export const PREVOTED = 2;
export const PRECOMMITTED = 3;

/** One weight of the open window: who signed, and how many nodes hold a quorum of it. Shares of the active weight, 0 to 1. */
export interface Weight {
  readonly label: string;
  readonly signed: number;
  /** Signed for no proposal. */
  readonly nil: number;
  readonly holders: number;
}

/** Tallies of one round at most: more values than these are an attack that other lines show. */
const VALUES = 8;

/** Who signed what for the window after a final one, and who has it in their hands. */
export class OpenWindow {
  /** By host. */
  readonly stage: Uint8Array;
  /** The highest round in which an honest node voted. */
  round = 1;

  readonly #window: number;
  readonly #scene: Pick<Scene, 'isHonest'>;
  readonly #hostOf: (nodeId: Id) => number | undefined;
  /** By host. */
  readonly #weights: Float64Array;
  readonly #active: number;
  readonly #quorum: number;
  readonly #bundles: Tally;
  /** By phase and value, for `round`. */
  readonly #votes = new Map<string, Tally>();
  readonly #nil: Id;

  constructor(
    before: Settled,
    { scene, hostOf }: { readonly scene: Scene; readonly hostOf: (nodeId: Id) => number | undefined },
  ) {
    this.#window = before.window + 1;
    this.#scene = scene;
    this.#hostOf = hostOf;
    this.#nil = before.side.proposalHash;
    const tau2 = BigInt(before.network.params.tau2Windows);
    const roster = rosterOf(before.state.nodes(), this.#window, tau2);
    this.#weights = new Float64Array(scene.names.length);
    for (const { nodeId, weight } of roster.members) {
      const host = hostOf(nodeId);
      if (host !== undefined) this.#weights[host] = Number(weight);
    }
    this.#active = Number(roster.activeWeight);
    this.#quorum = Number(quorumOf(roster.activeWeight));
    this.#bundles = new Tally(this.#weights, this.#quorum);
    this.stage = new Uint8Array(scene.names.length);
  }

  /** `host` has an object in its hands, its own or another's. */
  saw(host: number, object: ProtocolObject): void {
    if (object.kind !== 'bundle' && object.kind !== 'vote') return;
    if (object.window !== this.#window) return;
    const signer = this.#hostOf(object.nodeId);
    if (signer === undefined) return;
    if (object.kind === 'bundle') {
      this.#bundles.saw(host, signer);
      this.#reached(signer, BUNDLE);
    } else {
      this.#voted(host, signer, object);
    }
  }

  /** Bundles and the two phases of votes: of each phase the proposal with most weight. */
  weights(): readonly Weight[] {
    const weight = (label: string, tally: Tally | undefined, nil: Tally | undefined): Weight => ({
      label,
      signed: this.#share(tally?.signed ?? 0),
      nil: this.#share(nil?.signed ?? 0),
      holders: tally?.holders ?? 0,
    });
    const phases = [1, 2].map((phase) => {
      let best: Tally | undefined;
      for (const [key, tally] of this.#votes) {
        if (key.startsWith(`${phase}/`) && key !== `${phase}/${this.#nil}` && !(tally.signed <= (best?.signed ?? -1)))
          best = tally;
      }
      const label = phase === PREVOTE ? 'prevotes' : 'precommits';
      return weight(label, best, this.#votes.get(`${phase}/${this.#nil}`));
    });
    return [weight('bundles', this.#bundles, undefined), ...phases];
  }

  #share(weight: number): number {
    return this.#active === 0 ? 0 : weight / this.#active;
  }

  #voted(host: number, signer: number, vote: Vote): void {
    if (vote.round < this.round) return;
    if (vote.round > this.round) {
      // One adversary alone moves no round, here either.
      if (!this.#scene.isHonest(signer)) return;
      this.round = vote.round;
      this.#votes.clear();
      for (let i = 0; i < this.stage.length; i++) if ((this.stage[i] as number) > BUNDLE) this.stage[i] = BUNDLE;
    }
    const key = `${vote.phase}/${vote.proposalHash}`;
    let tally = this.#votes.get(key);
    if (tally === undefined) {
      if (this.#votes.size === VALUES) return;
      tally = new Tally(this.#weights, this.#quorum);
      this.#votes.set(key, tally);
    }
    tally.saw(host, signer);
    this.#reached(signer, vote.phase === PREVOTE ? PREVOTED : PRECOMMITTED);
  }

  #reached(host: number, stage: number): void {
    if ((this.stage[host] as number) < stage) this.stage[host] = stage;
  }
}
