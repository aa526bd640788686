import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, concat, equalBytes, toHex } from '#core/bytes/bytes.ts';
import { type FolderFile, folderHash, hashFrom, isFolder, isPath, placeOf } from './tree.ts';

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const named = (name: string, ...parts: readonly Uint8Array[]): Uint8Array => sha256(bytes(`${name}\0`), ...parts);

const file = (path: string, content = path): FolderFile => ({ path: bytes(path), content: sha256(bytes(content)) });

const some = (count: number): FolderFile[] =>
  Array.from({ length: count }, (_, i) => file(`f${String(i).padStart(4, '0')}`));

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

describe('the tree of a folder', () => {
  it('is what its text says, written out by hand', () => {
    const [a, b, c] = some(3) as [FolderFile, FolderFile, FolderFile];
    const leaf = ({ path, content }: FolderFile) => named('montana-folder-leaf', content, path);
    const pair = named('montana-folder-node', leaf(a), leaf(b));
    expect(folderHash([a])).toEqual(named('montana-folder', u32(1), leaf(a)));
    expect(folderHash([a, b])).toEqual(named('montana-folder', u32(2), pair));
    expect(folderHash([a, b, c])).toEqual(named('montana-folder', u32(3), named('montana-folder-node', pair, leaf(c))));
  });

  it('leads from every leaf to its root, for odd and even counts', () => {
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31]) {
      const files = some(count);
      const root = folderHash(files);
      for (let i = 0; i < count; i++) expect(hashFrom(files[i]!, placeOf(files, i))).toEqual(root);
    }
  });

  it('proves nothing by another file, another place, another count, or siblings changed in any way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), fc.nat(), (count, at, other, bit) => {
        const files = some(count);
        const root = folderHash(files);
        const index = at % count;
        const own = files[index]!;
        const place = placeOf(files, index);
        const { siblings } = place;
        const wrong = [
          hashFrom({ ...own, path: bytes('other') }, place),
          hashFrom({ ...own, content: sha256(own.content) }, place),
          hashFrom(own, { ...place, count: count + 1 + (other % 70) }),
          hashFrom(own, { ...place, index: index + 1 + (other % 70) }),
          hashFrom(own, { ...place, siblings: [...siblings, own.content] }),
          ...(count === 1 ? [] : [hashFrom(files[(index + 1 + (other % (count - 1))) % count]!, place)]),
          ...(count === 1 ? [] : [hashFrom(own, { ...place, index: (index + 1 + (other % (count - 1))) % count })]),
          ...(siblings.length === 0 ? [] : [hashFrom(own, { ...place, siblings: siblings.slice(1) })]),
          ...(siblings.length < 2 ? [] : [hashFrom(own, { ...place, siblings: siblings.toReversed() })]),
          ...siblings.map((sibling, i) => {
            const changed = sibling.slice();
            changed[bit % 32]! ^= 1 << (bit % 8);
            return hashFrom(own, { ...place, siblings: siblings.with(i, changed) });
          }),
        ];
        for (const value of wrong) expect(value === undefined || !equalBytes(value, root)).toBe(true);
      }),
      { seed: 20261121, numRuns: 100 },
    );
  });

  it('tells folders apart: order, an odd last one twice, a node in the place of a leaf, a file that is a node', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,3})?$/), { minLength: 2, maxLength: 12 }),
        (names) => {
          const files = names.map((name) => file(name)).sort((a, b) => compareBytes(a.path, b.path));
          const root = toHex(folderHash(files));
          const others = [
            files.toReversed(),
            files.slice(1),
            [...files, files.at(-1)!],
            files.with(0, { ...files[0]!, content: files[1]!.content }),
          ];
          for (const other of others) expect(toHex(folderHash(other))).not.toBe(root);
        },
      ),
      { seed: 20261121, numRuns: 50 },
    );
    // Whatever file is made of the bytes that a node or the folder is hashed from, its leaf is another hash than theirs.
    const [a, b] = some(2) as [FolderFile, FolderFile];
    const pair = concat(...[a, b].map((one) => named('montana-folder-leaf', one.content, one.path)));
    const preimage = concat(bytes('montana-folder-node\0'), pair);
    for (const content of [sha256(preimage), sha256(pair)]) {
      for (const path of [bytes('x'), pair]) expect(folderHash([{ path, content }])).not.toEqual(folderHash([a, b]));
    }
    const posed: FolderFile = { content: pair.subarray(0, 32), path: pair.subarray(32) };
    expect(folderHash([posed])).not.toEqual(folderHash([a, b]));
  });
});

describe('files of a folder', () => {
  it('have paths that name a file below it', () => {
    for (const path of ['a', 'a/b', '...', '.a', 'a b/ü', 'a\\b', 'a\n']) expect(isPath(bytes(path))).toBe(true);
    for (const path of ['', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', 'a\0'])
      expect(isPath(bytes(path))).toBe(false);
  });

  it('stand in order, none twice, at least one', () => {
    expect(isFolder(some(3))).toBe(true);
    expect(isFolder([])).toBe(false);
    expect(isFolder(some(3).toReversed())).toBe(false);
    expect(isFolder([file('a'), file('a', 'b')])).toBe(false);
    expect(isFolder([file('a/..')])).toBe(false);
    // By bytes: no language has a say.
    expect(isFolder([file('B'), file('a'), file('ä')])).toBe(true);
  });
});
