import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeProofFile, encodeProofFile } from './proof-file.ts';
import { aFolder, anchored, FILES, summed } from './scene.suite.ts';
import { claimOf, verifyProofFile } from './verify.ts';

it('a proof file with any one byte changed proves nothing, by whichever checkpoint', async () => {
  const root = mkdtempSync(join(tmpdir(), 'montana-bytes-'));
  try {
    const { file, question, window, checkpointAt } = await anchored(root, aFolder(FILES));
    const bytes = encodeProofFile(file);
    /** Which bytes can be changed. */
    const passed = (of: Uint8Array, passes: () => boolean, from = 0): number[] => {
      expect(passes()).toBe(true);
      const found: number[] = [];
      for (let at = from; at < of.length; at++) {
        of[at]! ^= 1;
        if (passes()) found.push(at);
        of[at]! ^= 1;
      }
      return found;
    };
    expect(passed(bytes, () => decodeProofFile(bytes) !== undefined)).toEqual([]);
    // Also where somebody makes the sum anew, but for what a checkpoint does not vouch for: the last header, without parent and window.
    const body = bytes.slice(0, -32);
    const proves = (at: number) => (): boolean => {
      const read = decodeProofFile(summed(body));
      const judged = read && verifyProofFile(read, { ...question, checkpoint: checkpointAt(at) });
      return judged?.ok === true && judged.value.window === window;
    };
    const { headers, later } = claimOf(file.proof)!.proof;
    const last = later.at(-1)!;
    expect(passed(body, proves(window + later.length))).toEqual([]);
    // What comes before the headers is judged by them, whatever they are trusted by.
    const start = Buffer.from(body).indexOf(last);
    const free = Array.from({ length: last.length - 40 }, (_, index) => start + 40 + index);
    expect(passed(body, proves(window - 1), Buffer.from(body).indexOf(headers[0]!))).toEqual(free);
  } finally {
    rmSync(root, { recursive: true });
  }
});
