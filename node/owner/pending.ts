import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Id } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import { encodeAddress } from '#core/crypto/ids.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import { placeNew, removeOwn, syncFolder } from '#node/config/durable.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import { accountCommand } from './account-command.ts';
import type { RemoteOptions } from './wallet.ts';

/**
 * The operation of an account that is under way: its encoded bytes, beside the identity that signed it. It is durable before any node
 * hears of it and stands there until it is settled or can settle no more, so that after a crash the same bytes are said again and nothing
 * else is signed on the same prev_hash (03 §6.3).
 */
export class Pending {
  readonly file: string;
  readonly #account: Id;
  /** Start of the name of an empty file, which ends in the last window that a node has shown of the account to its owner. */
  readonly #seen: string;

  /** The command that takes it up, and the one that shows what the account did. */
  readonly resume: string;
  readonly #history: string;

  /** `genesisHash`: of the network whose nodes are asked. `options`: how the account was named to the command. */
  constructor(
    identityFile: string,
    account: Id,
    genesisHash: Id,
    options: RemoteOptions = { dir: dirname(identityFile) },
  ) {
    this.#account = account;
    this.resume = accountCommand('resume', options);
    this.#history = accountCommand('history', options);
    const name = join(dirname(identityFile), encodeAddress(account));
    this.file = `${name}.pending`;
    this.#seen = `${name}.${genesisHash.slice(0, 16)}.seen.`;
  }

  /**
   * A node tells the account as of `window`. Throws `Refused` where its owner has seen a later one: by what a node says that is behind, a
   * prev_hash would be signed twice, and what has settled would be taken for lost (03 §6.3).
   */
  see(window: number): void {
    const file = `${this.#seen}${window}`;
    try {
      const windows = this.#windowsSeen();
      const seen = Math.max(...windows, -1);
      if (window < seen) {
        throw new Refused(
          `this node is behind: it has window ${window}, your account was seen in ${seen}, says ${this.#seen}${seen}; wait, or ask another node with --node`,
        );
      }
      if (window === seen) return;
      // The highest one counts, so commands that see the account at once need not know of each other.
      closeSync(openSync(file, 'a', 0o600));
      syncFolder(dirname(file));
      for (const before of windows) rmSync(`${this.#seen}${before}`, { force: true });
    } catch (error) {
      if (error instanceof Refused) throw error;
      throw new Refused(`${file}: cannot be written: ${systemReason(error)}; make room, and its folder writable`);
    }
  }

  /** More than one where a command was killed, or several see the account at once. */
  #windowsSeen(): readonly number[] {
    const start = basename(this.#seen);
    const ends = readdirSync(dirname(this.#seen)).flatMap((name) =>
      name.startsWith(start) ? [name.slice(start.length)] : [],
    );
    return ends.filter((end) => /^\d{1,15}$/.test(end)).map(Number);
  }

  /** undefined: nothing is under way. Throws `Refused`. */
  read(): Operation | undefined {
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(readFileSync(this.file));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw new Refused(`${this.file}: cannot be read: ${systemReason(error)}; make it readable`);
    }
    const operation = decodeOperation(bytes);
    if (operation.ok && operation.value.sender === this.#account) return operation.value;
    throw new Refused(
      `${this.file}: is damaged; look at "${this.#history}" before you remove it and pay anybody again`,
    );
  }

  /** Throws `Refused` where another is under way, of another process too. */
  write({ bytes }: Operation): void {
    try {
      placeNew(this.file, bytes);
      this.#clean();
    } catch (error) {
      if (systemCode(error) === 'EEXIST') {
        throw new Refused(`another operation of this account is under way; "${this.resume}" follows it`);
      }
      throw new Refused(`${this.file}: cannot be written: ${systemReason(error)}; nothing was sent`);
    }
  }

  /** Takes away drafts that a crash left: none of them can become the file any more. */
  #clean(): void {
    const [folder, drafts] = [dirname(this.file), `${basename(this.file)}.`];
    for (const name of readdirSync(folder)) if (name.startsWith(drafts)) rmSync(join(folder, name), { force: true });
  }

  /** Takes an operation away, and no other: one that another process has under way by now stays. Throws `Refused`. */
  remove({ id }: Operation): void {
    if (this.read()?.id !== id) return;
    try {
      removeOwn(this.file);
    } catch (error) {
      throw new Refused(`${this.file}: cannot be removed: ${systemReason(error)}; make its folder writable`);
    }
  }
}
