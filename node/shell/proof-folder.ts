import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Id } from '#core/bytes/bytes.ts';
import { replaceOwn, syncFolder } from '#node/config/durable.ts';
import { systemCode } from '#node/config/refused.ts';

/** What a node has of the proof of an Anchor. */
export type KeptProof =
  /** `AnchorProof`, up to the header of the Anchor's window. */
  | { readonly type: 'proof'; readonly bytes: Uint8Array }
  /** The Anchor is not final yet. */
  | { readonly type: 'wanted' }
  /** It is, but without a proof: why. */
  | { readonly type: 'lost'; readonly reason: string };

const NAME = /^([0-9a-f]{64})\.(wanted|proof)$/;

/** Proofs that are kept, and wishes for them: of each kind so many. What is beyond is removed, oldest first. */
export const MOST_KEPT = 1_024;

/**
 * `proofs/` in a node's folder: a file for each Anchor that was handed in here, or is of the node's own account. `<operation>.wanted` stands
 * there from before the Anchor leaves the node, empty until the Anchor is final; then it becomes `<operation>.proof`, or holds the reason
 * why there is none. Written by the protocol's thread, read by any other.
 */
export class ProofFolder {
  readonly #path: string;
  readonly #most: number;

  constructor(folder: string, most = MOST_KEPT) {
    this.#path = join(folder, 'proofs');
    this.#most = most;
  }

  /** For the one who writes: takes drafts away that a crash has left. Operations whose proof is wanted, or could not be made. */
  begin(): readonly Id[] {
    for (const name of this.#names()) if (name.endsWith('.new')) rmSync(join(this.#path, name), { force: true });
    return this.#names().flatMap((name) => {
      const [, id, kind] = NAME.exec(name) ?? [];
      return id !== undefined && kind === 'wanted' ? [id] : [];
    });
  }

  /** Durable when it returns. */
  want(operation: Id): void {
    this.#write(`${operation}.wanted`, new Uint8Array(0));
  }

  /** Durable when it returns. */
  keep(operation: Id, proof: Uint8Array): void {
    this.#write(`${operation}.proof`, proof);
    rmSync(join(this.#path, `${operation}.wanted`), { force: true });
  }

  lost(operation: Id, reason: string): void {
    this.#write(`${operation}.wanted`, Buffer.from(reason));
  }

  /** `lost`, where a proof could not be written: at least nobody is told to wait for it any more, for which there is always room. */
  giveUp(operation: Id, reason: string): void {
    try {
      rmSync(join(this.#path, `${operation}.wanted`), { force: true });
      this.lost(operation, reason);
    } catch {
      // Nothing more can be done in this folder.
    }
  }

  /** undefined: nobody wanted it here. */
  read(operation: Id): KeptProof | undefined {
    const bytes = this.#read(`${operation}.proof`);
    if (bytes !== undefined) return { type: 'proof', bytes };
    const reason = this.#read(`${operation}.wanted`);
    if (reason === undefined) return undefined;
    return reason.length === 0 ? { type: 'wanted' } : { type: 'lost', reason: Buffer.from(reason).toString() };
  }

  #read(name: string): Uint8Array | undefined {
    try {
      return new Uint8Array(readFileSync(join(this.#path, name)));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #write(name: string, bytes: Uint8Array): void {
    const isNew = mkdirSync(this.#path, { recursive: true, mode: 0o700 }) !== undefined;
    if (isNew) syncFolder(dirname(this.#path));
    replaceOwn(join(this.#path, name), bytes);
    this.#prune(name.slice(name.indexOf('.')));
  }

  #prune(kind: string): void {
    const names = this.#names().filter((name) => name.endsWith(kind));
    if (names.length <= this.#most) return;
    const byAge = names
      .map((name) => ({ name, age: statSync(join(this.#path, name)).mtimeMs }))
      .sort((a, b) => a.age - b.age);
    for (const { name } of byAge.slice(0, names.length - this.#most)) rmSync(join(this.#path, name), { force: true });
  }
}
