import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeProofFile, encodeProofFile } from './proof-file.ts';
import { aFolder, anchored, FILES } from './scene.suite.ts';
import { verifyProofFile } from './verify.ts';

it('a proof file with any one byte changed proves nothing', async () => {
  const root = mkdtempSync(join(tmpdir(), 'montana-bytes-'));
  try {
    const { file, question, window } = await anchored(root, aFolder(FILES));
    const bytes = encodeProofFile(file);
    const said = (): number | undefined => {
      const read = decodeProofFile(bytes);
      const judged = read && verifyProofFile(read, question);
      return judged?.ok ? judged.value.window : undefined;
    };
    expect(said()).toBe(window);
    const passed: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      bytes[at]! ^= 1;
      if (said() !== undefined) passed.push(at);
      bytes[at]! ^= 1;
    }
    expect(passed).toEqual([]);
    expect(said()).toBe(window);
  } finally {
    rmSync(root, { recursive: true });
  }
});
