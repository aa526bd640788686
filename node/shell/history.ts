import { type Id, toHex } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import type { HistoryAnswer, SettledOperation } from '#node/api/account-schemas.ts';
import type { Store } from '#node/store/store.ts';
import type { Steps } from './queries.ts';

/** Windows that one answer looks at. */
const MOST_WINDOWS = 1_024;

/** Final windows that the store keeps, looked through backwards: no index is kept for what its owner seldom asks. */
export class History {
  readonly #store: Pick<Store, 'entry' | 'object'>;
  /** Windows below are no longer kept; the first that is only ever rises. */
  #oldest = 0;

  constructor(store: Pick<Store, 'entry' | 'object'>) {
    this.#store = store;
  }

  /** By an account or to it, in windows below `before`: whole windows, until there are `count` operations. */
  *of(
    asked: { readonly account: Id; readonly before: number | undefined; readonly count: number },
    last: number,
  ): Steps<HistoryAnswer> {
    const { account, before = Number.MAX_SAFE_INTEGER, count } = asked;
    const oldest = this.#firstKept(last);
    const from = Math.min(before - 1, last);
    const end = Math.max(oldest, from - MOST_WINDOWS + 1);
    const operations: SettledOperation[] = [];
    let window = from;
    for (; window >= end && operations.length < count; window--) {
      for (const id of this.#store.entry(window)?.operations ?? []) {
        const object = this.#store.object(id);
        if (object?.kind === 'operation' && concerns(object, account)) operations.push(asSettled(object, window));
        yield;
      }
      yield;
    }
    return { operations, next: window >= oldest ? window + 1 : null, oldest };
  }

  /** The first window whose bodies are kept, `last` + 1 where none are: they go from there to the last one. */
  #firstKept(last: number): number {
    if (this.#isKept(this.#oldest)) return this.#oldest;
    let [gone, kept] = [this.#oldest, last + 1];
    while (gone + 1 < kept) {
      const middle = gone + Math.floor((kept - gone) / 2);
      if (this.#isKept(middle)) kept = middle;
      else gone = middle;
    }
    // Before the first window is final nothing is kept, and nothing gone.
    if (last >= 0) this.#oldest = Math.max(this.#oldest, kept);
    return Math.max(0, kept);
  }

  /** An entry alone may be kept longer. */
  #isKept(window: number): boolean {
    const entry = this.#store.entry(window);
    return entry !== undefined && this.#store.object(entry.header.id) !== undefined;
  }
}

const concerns = (operation: Operation, account: Id): boolean =>
  operation.sender === account || ('link' in operation && operation.link === account);

const asSettled = (operation: Operation, window: number): SettledOperation => {
  const { id, prevHash, sender } = operation;
  const common = { id, window, prevHash, sender };
  switch (operation.type) {
    case 'Transfer':
      return { type: 'Transfer', ...common, link: operation.link, amount: String(operation.amount) };
    case 'TransferModeB': {
      const { link, amount, suiteId, receiverPubkey } = operation;
      const key = toHex(receiverPubkey);
      return { type: 'TransferModeB', ...common, link, amount: String(amount), suiteId, receiverPubkey: key };
    }
    case 'ChangeKey': {
      const { newSuiteId, newPubkey } = operation;
      return { type: 'ChangeKey', ...common, newSuiteId, newPubkey: toHex(newPubkey) };
    }
    case 'Anchor':
      return { type: 'Anchor', ...common, appId: operation.appId, dataHash: operation.dataHash };
  }
};
