import { buildAnchorProof, type MaterialFault } from '#core/anchor/build.ts';
import { encodeAnchorProof } from '#core/anchor/proof.ts';
import type { Id } from '#core/bytes/bytes.ts';
import type { Anchor, Bundle, Header, Operation, ProtocolObject } from '#core/consensus/objects.ts';
import type { FinalRecord, OpenRecord } from '#core/participant/types.ts';
import type { OperationFates } from '#core/services/operation-fates.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Store } from '#node/store/store.ts';
import { oneLine } from './one-line.ts';
import { MOST_KEPT, type ProofFolder } from './proof-folder.ts';

/** What became of the proof of an Anchor whose window is final; `fault`: there is none, and why. */
export interface ProofMade {
  readonly operation: Id;
  readonly window: number;
  readonly fault: string | undefined;
}

/**
 * Proofs of Anchors that were handed in here or are of the node's own account. The network forgets the bundles that a proof is made of
 * (09 §3), so it is made in the moment in which the Anchor's window becomes final, and is durable before that window is.
 *
 * Bundles are accepted while their window is open, so only its own are held. After a crash the window is still open, and the bundles
 * come again from peers or stand in the own lock; but of a window that the node catches up with from an archive there are none, and what
 * it then says about its Anchors is that their proof is lost.
 */
export class AnchorProofs {
  readonly #folder: ProofFolder;
  readonly #store: Pick<Store, 'entry'>;
  readonly #account: Id;
  readonly #wanted: Set<Id>;
  #bundles: Bundle[] = [];
  /** Of the last window that became final in this process: a store may not have it yet. */
  #header: Header | undefined;

  /** `account`: the node's own. `open`: what was signed in the open window before a crash. */
  constructor(folder: ProofFolder, store: Pick<Store, 'entry'>, account: Id, open: OpenRecord | undefined) {
    this.#folder = folder;
    this.#store = store;
    this.#account = account;
    this.#wanted = new Set(folder.begin());
    for (const object of open?.signed ?? []) this.heard(object);
    for (const held of [open?.locked, open?.valid]) for (const bundle of held?.bundles ?? []) this.heard(bundle);
  }

  /** An operation of the user that was accepted, before it leaves the node: its proof is wanted, through a crash too. */
  submitted(operation: Operation): void {
    if (operation.type !== 'Anchor' || this.#wanted.has(operation.id)) return;
    try {
      if (this.#folder.read(operation.id) !== undefined) return;
      this.#folder.want(operation.id);
    } catch {
      // The folder cannot be written: it may be, when there is a proof.
    }
    this.#wanted.add(operation.id);
    for (const [oldest] of this.#wanted.entries()) {
      if (this.#wanted.size <= MOST_KEPT) break;
      this.#wanted.delete(oldest);
    }
  }

  /** An object that was published or accepted here. */
  heard(object: ProtocolObject): void {
    if (object.kind === 'bundle' && object.operations.length > 0) this.#bundles.push(object);
  }

  /** A window is final; `before` is the state that it began with. */
  final(record: FinalRecord, before: Settled): readonly ProofMade[] {
    const { header } = record.entry;
    const previous =
      this.#header?.window === header.window - 1 ? this.#header : this.#store.entry(header.window - 1)?.header;
    const bundles = this.#bundles.filter(({ window }) => window === header.window);
    this.#bundles = this.#bundles.filter(({ window }) => window > header.window);
    this.#header = header;
    const made: ProofMade[] = [];
    for (const operation of record.operations) {
      if (operation.type !== 'Anchor') continue;
      if (operation.sender !== this.#account && !this.#wanted.has(operation.id)) continue;
      this.#wanted.delete(operation.id);
      const fault = this.#make(operation, record, before, previous, bundles);
      made.push({ operation: operation.id, window: header.window, fault });
    }
    return made;
  }

  /**
   * The state is a snapshot's: what settled in the windows that were skipped has no proof here. What still waits is wanted as before, and
   * so is what nobody knows of, should it settle yet. `fates`: by that state.
   */
  adopted({ window, state }: Settled, fates: Pick<OperationFates, 'of'>): readonly ProofMade[] {
    const lost: ProofMade[] = [];
    for (const operation of this.#wanted) {
      const fate = fates.of(operation, state);
      if (fate.state !== 'settled' && fate.state !== 'unknown') continue;
      const skipped = `this node took a snapshot of window ${window} in place of the windows before`;
      const settled = fate.window === null ? 'it may have settled' : `settled in window ${fate.window}`;
      let fault = `${settled}, but ${skipped}`;
      try {
        if (this.#folder.read(operation)?.type !== 'wanted') continue;
        this.#folder.lost(operation, fault);
      } catch (error) {
        fault = `the folder proofs: ${oneLine(error)}`;
      }
      lost.push({ operation, window: fate.window ?? window, fault });
    }
    return lost;
  }

  #make(
    anchor: Anchor,
    { entry, certificate }: FinalRecord,
    before: Settled,
    previous: Header | undefined,
    bundles: readonly Bundle[],
  ): string | undefined {
    const { state, side, network } = before;
    const built = buildAnchorProof({
      anchor,
      before: state,
      headers: previous === undefined ? [entry.header] : [previous, entry.header],
      // D of the window, which leads from the T of the one before to its own.
      iterations: [side.dNext],
      included: entry.bundles,
      bundles,
      certificate,
      tau2Windows: network.params.tau2Windows,
    });
    try {
      if (built.ok) {
        this.#folder.keep(anchor.id, encodeAnchorProof(built.value));
        return undefined;
      }
      // One that another node's archive brought again may have its proof since it was first final.
      if (this.#folder.read(anchor.id)?.type === 'proof') return undefined;
      const reason = `${WORDS[built.error]}, in window ${entry.header.window}`;
      this.#folder.lost(anchor.id, reason);
      return reason;
    } catch (error) {
      // The chain goes on, whatever becomes of a proof.
      const reason = `the folder proofs: ${oneLine(error)}`;
      this.#folder.giveUp(anchor.id, `settled, but its proof could not be kept: ${reason}`);
      return reason;
    }
  }
}

const WORDS: Readonly<Record<MaterialFault, string>> = {
  NoHeaderBefore: 'settled, but there is no window before it that a proof could begin with',
  NotCemented: 'settled, but this node was away and has not the confirmations that a proof is made of',
  WrongState: 'settled, but this node has not the state that a proof is made of',
  AccountNotFound: 'settled, but its account is not in the state that a proof is made of',
  BundlesRootMismatch: 'settled, but this node has not the list that a proof is made of',
};
