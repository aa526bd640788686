import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAnchorProof } from '#core/anchor/proof.ts';
import { decodeProofFile, encodeProofFile, type ProofFile, type Subject } from './proof-file.ts';
import { aFolder, anchored, contentOf, FILES, fileAt, oneFile, otherId, summed } from './scene.suite.ts';
import { placeOf } from './tree.ts';
import { checkpointOf, claimOf, pathIn, type Question, verifyProofFile } from './verify.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-anchor-'));
afterAll(() => rmSync(root, { recursive: true }));

type Anchored = Awaited<ReturnType<typeof anchored>>;
let single: Anchored;
let folder: Anchored;
beforeAll(async () => {
  single = await anchored(join(root, 'single'), oneFile('a document'));
  folder = await anchored(join(root, 'folder'), aFolder(FILES));
});

/** The window that is proved, or why none is. */
const said = ({ file, question }: Anchored, changes: Partial<ProofFile> = {}, asked: Partial<Question> = {}) => {
  const read = decodeProofFile(encodeProofFile({ ...file, ...changes }));
  if (read === undefined) return 'no proof file';
  const judged = verifyProofFile(read, { ...question, ...asked });
  return judged.ok ? judged.value.window : judged.error;
};

const path = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const memberAt = (index: number): Subject => ({ type: 'member', path: FILES[index]!.path, ...placeOf(FILES, index) });

describe('a proof file', () => {
  it('of a file and of a folder proves its window, by a checkpoint from the window before on', () => {
    for (const one of [single, folder]) {
      const { window, checkpointAt } = one;
      for (let at = window - 1; at <= window + 2; at++) {
        expect(said(one, {}, { checkpoint: checkpointAt(at) })).toBe(window);
      }
      expect(checkpointOf(one.file.proof)).toEqual(checkpointAt(window + 2));
    }
  });

  it('refuses a checkpoint that it does not lead to', () => {
    const { window, checkpointAt } = single;
    for (let at = window - 1; at <= window + 2; at++) {
      const proposalHash = otherId(checkpointAt(at).proposalHash);
      expect(said(single, {}, { checkpoint: { window: at, proposalHash } })).toContain(
        'does not lead to your checkpoint',
      );
    }
    for (const at of [window - 2, window + 3]) {
      const words = said(single, {}, { checkpoint: { ...checkpointAt(window), window: at } });
      expect(words).toContain(`is for checkpoints of windows ${window - 1} to ${window + 2}, yours is of ${at};`);
    }
  });

  it('refuses another document, another application, another network', () => {
    expect(said(single, {}, { content: oneFile('a document!') })).toContain('this is not what was anchored');
    expect(said(single, { appName: 'profile' })).toBe('the Anchor is not of the application profile');
    const genesisHash = otherId(single.file.genesisHash);
    expect(said(single, { genesisHash })).toContain(`the proof is of the network ${genesisHash}`);
    expect(said(single, { proof: new Uint8Array(9) })).toContain('it cannot be read');
    expect(said(single, { proof: folder.file.proof })).toContain('this is not what was anchored');
  });

  it('of a folder names the first file that differs', () => {
    const files = (...changed: typeof FILES) => said(folder, {}, { content: aFolder(changed) });
    const [one, two, three] = FILES as [(typeof FILES)[0], (typeof FILES)[0], (typeof FILES)[0]];
    expect(files(one, fileAt('a/two', '?'), three)).toContain('a/two has another content');
    expect(files(one, three)).toContain('a/two is missing');
    expect(files(one, two, fileAt('new', ''), three)).toContain('new was not there');
    const lying: Subject = { type: 'folder', files: [one, fileAt('a/two', '?'), three] };
    expect(said(folder, { subject: lying }, { content: aFolder(lying.files) })).toContain(
      'this is not what was anchored',
    );
    expect(said(single, {}, { content: aFolder(FILES) })).toContain('the proof is of one file, not of a folder');
  });

  it('of a folder proves one of its files by its path alone, also without the others', () => {
    const { window } = folder;
    const content = oneFile('2');
    expect(said(folder, {}, { content, path: path('a/two') })).toBe(window);
    expect(said(folder, {}, { content })).toContain('--path');
    expect(said(folder, {}, { content, path: path('two') })).toContain('--path');
    expect(said(folder, {}, { content, path: path('a/one') })).toContain('is not a/one as it was anchored');
    expect(said(folder, { subject: memberAt(1) }, { content })).toBe(window);
    for (const index of [0, 2]) {
      expect(said(folder, { subject: memberAt(index) }, { content })).toContain('this is not what was anchored');
    }
    const elsewhere: Subject = { ...memberAt(1), path: path('a/three') } as Subject;
    expect(said(folder, { subject: elsewhere }, { content })).toContain('this is not what was anchored');
    expect(said(folder, { subject: memberAt(1) }, { content: aFolder(FILES) })).toContain('the proof is of one file');
  });

  it('with a manifest or a path that cannot be is none', () => {
    for (const files of [[], FILES.toReversed(), [fileAt('../x', '')]]) {
      expect(said(folder, { subject: { type: 'folder', files } })).toBe('no proof file');
    }
    expect(said(folder, { subject: { ...memberAt(0), path: path('/etc') } as Subject })).toBe('no proof file');
    expect(decodeProofFile(new Uint8Array(3))).toBeUndefined();
    const bytes = encodeProofFile(single.file);
    expect(decodeProofFile(summed(bytes.slice(0, -32)))).toBeDefined();
    bytes[7]! += 1;
    expect(decodeProofFile(summed(bytes.slice(0, -32)))).toBeUndefined();
  });

  it('damaged in its last header is none, also by a checkpoint that does not vouch for that one', () => {
    const { file, question, window, checkpointAt } = single;
    const bytes = encodeProofFile(file);
    // Of the last header: it is the last part of the proof, but for round, certificate and table.
    const { later } = claimOf(file.proof)!.proof;
    const at = Buffer.from(bytes).indexOf(later.at(-1)!) + 40;
    bytes[at]! ^= 1;
    expect(decodeProofFile(bytes)).toBeUndefined();
    const forged = decodeProofFile(summed(bytes.slice(0, -32)))!;
    const judged = (checkpoint: number) =>
      verifyProofFile(forged, { ...question, checkpoint: checkpointAt(checkpoint) });
    // Whoever makes the sum anew changes nothing of what is proved.
    expect(judged(window)).toMatchObject({ ok: true, value: { window } });
    expect(judged(window + 2).ok).toBe(false);
  });

  it('whose later headers do not follow one another proves nothing, even where they are not needed', () => {
    const { proof } = claimOf(single.file.proof)!;
    const torn = encodeAnchorProof({ ...proof, later: proof.later.toReversed() });
    const asked = { checkpoint: single.checkpointAt(single.window) };
    expect(said(single, { proof: torn }, asked)).toContain('its later headers do not follow one another');
  });
});

describe('a file on the disk is the file of a folder', () => {
  it('whose path is the longest end of its own', () => {
    const files = [fileAt('b', ''), fileAt('a/b', ''), fileAt('c/a/b', '')];
    const found = (absolute: string): string | undefined => {
      const best = pathIn(files, path(absolute));
      return best && Buffer.from(best).toString();
    };
    expect(found('/x/a/b')).toBe('a/b');
    expect(found('/c/a/b')).toBe('c/a/b');
    expect(found('/tmp/b')).toBe('b');
    expect(found('/tmp/ab')).toBeUndefined();
    expect(contentOf('x')).toHaveLength(32);
  });
});
