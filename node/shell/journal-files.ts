import { closeSync, createReadStream, fstatSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { tooBusy } from '#node/api/api-error.ts';
import type { JournalAnswer } from '#node/api/schemas.ts';
import { systemCode } from '#node/config/refused.ts';
import { IS_JOURNAL } from './host-journal.ts';

/** Files that are read at once. */
const MOST = 2;

/** The journal as its owner may read it while it is written. */
export class JournalFiles {
  readonly #folder: string;
  #open = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  list(): JournalAnswer['files'] {
    try {
      return readdirSync(this.#folder)
        .filter((name) => IS_JOURNAL.test(name))
        .sort()
        .map((name) => ({ name, bytes: statSync(join(this.#folder, name)).size }));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** As long as it is now; undefined: there is none of this name. Throws `ApiError` where too many are read. */
  read(name: string): { readonly bytes: number; readonly stream: Readable } | undefined {
    if (!IS_JOURNAL.test(name)) return undefined;
    if (this.#open >= MOST) throw tooBusy('two journals are being read');
    let handle: number;
    try {
      handle = openSync(join(this.#folder, name), 'r');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    const bytes = fstatSync(handle).size;
    if (bytes === 0) {
      closeSync(handle);
      return undefined;
    }
    this.#open++;
    const stream = createReadStream('', { fd: handle, start: 0, end: bytes - 1 });
    stream.once('close', () => this.#open--);
    return { bytes, stream };
  }
}
