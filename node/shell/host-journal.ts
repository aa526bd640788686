import { closeSync, fdatasyncSync, mkdirSync, openSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Genesis } from '#core/genesis/genesis.ts';
import { type HostInputs, HostRecorder, type Opening } from '#core/journal/recorder.ts';
import { SUITE_REAL } from '#core/journal/setting.ts';
import type { ParticipantConfig } from '#core/participant/context.ts';
import { syncFolder } from '#node/config/durable.ts';
import type { Store } from '#node/store/store.ts';
import { ANEW } from '#node/store/store-error.ts';
import type { ProtocolSetting } from './setting.ts';

const FOLDER = 'journal';

const fileOf = (number: number): string => `${String(number).padStart(6, '0')}.journal`;

/** A journal whose beginning is being written: a process that is killed then leaves no journal, rather than one that is none. */
const UNBEGUN = 'unbegun';

export const IS_JOURNAL = /^\d{6}\.journal$/;

/**
 * The journal that one process of a node writes, in a file of its own: 000001.journal and so on, each with the node's setting and a
 * start that says how many records were durable. One after another they are the journal of the node. Throws where the store was
 * written before there was a journal: nothing could be replayed.
 */
export class HostJournal {
  readonly #handle: number;
  readonly #recorder: HostRecorder;

  constructor(
    { folder, timers, stem, fastSync, checkpoint }: ProtocolSetting,
    { identity, entry }: ParticipantConfig,
    genesis: Genesis,
    store: Store,
  ) {
    const journals = join(folder, FOLDER);
    mkdirSync(journals, { recursive: true });
    const last = readdirSync(journals)
      .filter((file) => IS_JOURNAL.test(file))
      .sort()
      .at(-1);
    if (last === undefined && store.written > 0)
      throw new Error(
        `a journal begins with an empty store; set journal: off in montana.yaml, or, to begin one, ${ANEW}`,
      );
    this.#handle = openSync(join(journals, UNBEGUN), 'w', 0o600);
    const setting = {
      name: identity?.nodeId.slice(0, 16) ?? 'observer',
      genesis: genesis.paramsBytes,
      nodes: [],
      publicKey: identity?.key.publicKey,
      entry: entry && { operator: entry.operator.publicKey, from: entry.from },
      timers,
      adoption: 'bundles',
      stem,
      fastSync,
      checkpoint,
      suite: SUITE_REAL,
      secret: new Uint8Array(0),
    } as const;
    this.#recorder = new HostRecorder(setting, (bytes) => writeFileSync(this.#handle, bytes));
    renameSync(join(journals, UNBEGUN), join(journals, fileOf(last === undefined ? 1 : Number.parseInt(last, 10) + 1)));
    // A file that is lost with its name is no journal.
    syncFolder(journals);
  }

  open(opening: Opening): HostInputs {
    return this.#recorder.open(opening);
  }

  /** All that was recorded outlives the process. */
  flush(): void {
    this.#recorder.flush();
  }

  /** All that was recorded is on the disk. */
  sync(): void {
    this.#recorder.flush();
    fdatasyncSync(this.#handle);
  }

  end(): void {
    this.#recorder.end();
    closeSync(this.#handle);
  }
}
