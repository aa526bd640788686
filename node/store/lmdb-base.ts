import type { Id } from '#core/bytes/bytes.ts';
import { IdMap } from '#core/collections/id-map.ts';
import { overlaid } from '#core/state/ranges.ts';
import type { Base, Delta, Table, WritableBase } from '#core/state/state.ts';
import type { Environment } from './environment.ts';
import { nextId } from './keys.ts';
import { BATCH, type Entry, Tables } from './tables.ts';

/** One step from a version towards the one that is stored: what this version has otherwise than the next. */
interface Step {
  readonly delta: Delta;
  readonly next: Version;
}

/**
 * A state that stays what it is. Exactly one version of a base is stored; every other one knows a step towards it: a later one the
 * delta it was made by, an earlier one the delta that takes back what was committed after it. A commit turns one step round, so a
 * version that nobody holds costs nothing, and one that is held costs what changed since.
 */
class Version implements Base {
  readonly #base: LmdbBase;
  readonly #tables: Tables;
  /** undefined: this one is stored. */
  step: Step | undefined;

  constructor(base: LmdbBase, tables: Tables, step: Step | undefined) {
    this.#base = base;
    this.#tables = tables;
    this.step = step;
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    for (let { step } = this as Version; step !== undefined; { step } = step.next) {
      const change = step.delta[table].records.get(key);
      if (change !== undefined) return change ?? undefined;
    }
    return this.#tables.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    for (let { step } = this as Version; step !== undefined; { step } = step.next) {
      const change = step.delta[table].nodes.get(path);
      if (change !== undefined) return change ?? undefined;
    }
    return this.#tables.node(table, path);
  }

  /** True to this version even where windows are committed before the range is read to its end. */
  *range(table: Table, from: Id = ''): IterableIterator<Entry> {
    for (let start: Id | undefined = from.padEnd(64, '0'); start !== undefined; ) {
      const stored = this.#tables.entries(table, start);
      const end = stored.length < BATCH ? undefined : (stored.at(-1) as Entry)[0];
      yield* Array.from(overlaid(stored, this.#changes(table, start, end), start));
      start = end && nextId(end);
    }
  }

  with(delta: Delta): Base {
    return this.#base.later(this, delta);
  }

  /** What this version has otherwise than the stored one, from `start` up to `end`. */
  #changes(table: Table, start: Id, end: Id | undefined): IdMap<Uint8Array | null> {
    const changes = new IdMap<Uint8Array | null>();
    for (let { step } = this as Version; step !== undefined; { step } = step.next) {
      for (const [key, record] of step.delta[table].records) {
        if (key >= start && (end === undefined || key <= end) && !changes.has(key)) changes.set(key, record);
      }
    }
    return changes;
  }
}

/**
 * The settled state in LMDB. Reads see the stored version, which each `commit` replaces; `version` is one that stays. A version made
 * of the stored one by a delta becomes the stored one when that delta is committed.
 */
export class LmdbBase implements WritableBase {
  readonly #environment: Environment;
  readonly #tables: Tables;
  readonly #made = new WeakMap<Delta, Version>();
  #stored: Version;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#tables = new Tables(environment);
    this.#stored = new Version(this, this.#tables, undefined);
  }

  /** What is stored now, and stays readable. */
  get version(): Base {
    return this.#stored;
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    return this.#tables.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    return this.#tables.node(table, path);
  }

  range(table: Table, from?: Id): Iterable<Entry> {
    return this.#stored.range(table, from);
  }

  /** The version that `delta` makes of `next`. */
  later(next: Version, delta: Delta): Base {
    const made = new Version(this, this.#tables, { delta, next });
    this.#made.set(delta, made);
    return made;
  }

  commit(delta: Delta): void {
    this.#environment.transaction(() => this.write(delta))();
  }

  /** `commit` as a part of a larger transaction: inside it; what it answers is called when that one is durable. */
  write(delta: Delta): () => void {
    const undo = this.#tables.replace(delta);
    return () => {
      const before = this.#stored;
      const made = this.#made.get(delta);
      const after = made?.step?.next === before ? made : new Version(this, this.#tables, undefined);
      after.step = undefined;
      before.step = { delta: undo, next: after };
      this.#stored = after;
    };
  }
}
