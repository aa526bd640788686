import type { ReadStream } from 'node:tty';
import { wipe } from '#core/tunnel/wipe.ts';
import { countWords, MNEMONIC_WORDS } from '#node/config/mnemonic.ts';
import { Refused } from '#node/config/refused.ts';

/** More than 24 words need, whatever stands between them. */
const MOST = 4_096;

/** What comes in, as far as there is room; every chunk is wiped. */
class Held {
  readonly #bytes = new Uint8Array(MOST);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  add(byte: number): void {
    if (this.#length === MOST) throw new Refused('that is more than 24 words; nothing was made');
    this.#bytes[this.#length++] = byte;
  }

  takeBack(): void {
    if (this.#length > 0) this.#bytes[--this.#length] = 0;
  }

  wipe(): void {
    wipe(this.#bytes);
  }
}

/** Keys of a terminal in raw mode. */
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = 0x08;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const DELETE = 0x7f;

/**
 * The words as they come on stdin, as bytes: the caller wipes them. A terminal asks for them and shows nothing; it listens to the end of the
 * row in which the 24th stands, so that of words pasted in rows none is left to the shell. Throws `Refused`: interrupted, or far too much.
 */
export const readTyped = (prompt: string, input: NodeJS.ReadStream = process.stdin): Promise<Uint8Array> =>
  input.isTTY ? readSilently(prompt, input) : readAll(input);

const readAll = async (input: NodeJS.ReadableStream): Promise<Uint8Array> => {
  const held = new Held();
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      try {
        for (const byte of chunk) held.add(byte);
      } finally {
        chunk.fill(0);
      }
    }
    return held.bytes;
  } catch (error) {
    held.wipe();
    throw error;
  }
};

const readSilently = async (prompt: string, terminal: ReadStream): Promise<Uint8Array> => {
  const held = new Held();
  terminal.setRawMode(true);
  process.stderr.write(prompt);
  try {
    await new Promise<void>((resolve, reject) => {
      terminal.on('end', () => reject(new Refused('no words were typed; nothing was made')));
      terminal.on('data', (chunk: Buffer) => {
        try {
          if (!takeKeys(chunk, held)) resolve();
        } catch (error) {
          reject(error);
        } finally {
          chunk.fill(0);
        }
      });
    });
    return held.bytes;
  } catch (error) {
    held.wipe();
    throw error;
  } finally {
    terminal.setRawMode(false);
    terminal.removeAllListeners('data').removeAllListeners('end').pause();
    process.stderr.write('\n');
  }
};

/** False: that was the end. */
const takeKeys = (chunk: Buffer, held: Held): boolean => {
  for (const byte of chunk) {
    if (byte === CTRL_C || byte === CTRL_D) throw new Refused('no words were typed; nothing was made');
    if (byte === BACKSPACE || byte === DELETE) held.takeBack();
    else if (byte === RETURN || byte === LINE_FEED) {
      if (countWords(held.bytes) >= MNEMONIC_WORDS) return false;
      held.add(LINE_FEED);
    } else held.add(byte);
  }
  return true;
};
