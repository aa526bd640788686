import { id32, type Kind, layout, list, u16, u32, u128 } from '#core/bytes/layout.ts';
import { optional, whole } from '#core/journal/kinds.ts';
import type { PastWindow, SideState } from '#core/transition/settled.ts';
import type { Database, Environment } from './environment.ts';
import { keyWindow, windowKey } from './keys.ts';
import { sound } from './store-error.ts';

/** More nodes, and more windows in an epoch, than there can be. */
const MOST = 0xff_ffff;

/** A window, or one of the two before window 0 that the state at genesis speaks of. */
const window: Kind<number> = {
  ...whole,
  write: (writer, value) => whole.write(writer, value + 2),
  read: (reader) => whole.read(reader) - 2,
};

const ids = list(id32, u32, MOST);

const BASIS = layout('StoredBasis', {
  window,
  entries: list(layout('StoredLotteryEntry', { nodeId: id32, weight: u128 }), u32, MOST),
});

/** The settled window and its side state (04 §11), but for the windows of the past. */
export const HEAD = layout('StoredHead', {
  window,
  proposalHash: id32,
  protocolVersion: u32,
  timechainValue: id32,
  dNext: whole,
  dAfterNext: whole,
  target: u128,
  targetLast: u128,
  revealCount: whole,
  participation: list(u16, u32, MOST),
  basis: optional(BASIS),
  basisBefore: optional(BASIS),
  order: layout('StoredOrder', { window, order: ids }),
  penalised: ids,
  digest: id32,
});

/** T, aggregate and D of a window, under its number. */
const PAST = layout('StoredPast', { timechainValue: id32, aggregate: id32, d: whole });

const HEAD_KEY: Uint8Array = Uint8Array.of(1);

/** Where the chain stands: a settled window without its state. */
export interface Head {
  readonly window: number;
  readonly side: SideState;
}

/**
 * The head of the chain in a store. The past, which is 4τ₂ windows long, has a row a window, so that a window costs what it adds.
 */
export class Heads {
  readonly #rows: Database;
  readonly #past: Database;

  constructor(environment: Environment) {
    this.#rows = environment.database('head');
    this.#past = environment.database('past');
  }

  /** The settled window; undefined: the store is empty. */
  get window(): number | undefined {
    const head = this.#head();
    return head && sound(head).window;
  }

  /** Of a store that is not empty. */
  read(): Head {
    const { window: settled, ...side } = sound(this.#head());
    const past = this.#past.rows(windowKey(0), MOST).map(([key, bytes]): PastWindow => {
      return { window: keyWindow(key), ...sound(PAST.decode(bytes)) };
    });
    return { window: settled, side: { ...side, past } };
  }

  /** Inside a transaction; of the past, what is not there yet and what is no longer. */
  write({ window: settled, side }: Head): void {
    const before = this.window ?? -1;
    const { past, ...rest } = side;
    this.#rows.put(HEAD_KEY, HEAD.encode({ window: settled, ...rest }));
    for (let i = past.length - 1; i >= 0 && (past[i] as PastWindow).window > before; i--) {
      const { window: added, ...present } = past[i] as PastWindow;
      this.#past.put(windowKey(added), PAST.encode(present));
    }
    const first = past[0]?.window ?? 0;
    for (;;) {
      const oldest = this.#past.rows(windowKey(0), 1)[0]?.[0];
      if (oldest === undefined || keyWindow(oldest) >= first) break;
      this.#past.remove(oldest);
    }
  }

  #head(): ReturnType<typeof HEAD.decode> | undefined {
    const bytes = this.#rows.get(HEAD_KEY);
    return bytes && HEAD.decode(bytes);
  }
}
