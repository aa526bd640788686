import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { hash, hashId } from '../crypto/hash.ts';
import { reversed } from './paths.ts';
import { leafHash } from './records.ts';
import { rootIn, rootOf, type TreeSource, type TreeUpdate, updateTree } from './tree.ts';
import { EMPTY_ROOT, empty } from './tree-hash.ts';

type Entry = readonly [Id, Uint8Array | null];

/** A table of records with the tree values stored for it. */
class Store implements TreeSource {
  readonly records = new Map<Id, Uint8Array>();
  readonly nodes = new Map<string, Uint8Array>();

  record(key: Id): Uint8Array | undefined {
    return this.records.get(key);
  }

  node(name: string): Uint8Array | undefined {
    return this.nodes.get(name);
  }

  update(changes: readonly Entry[]): TreeUpdate {
    const update = updateTree(this, changes);
    const put = (target: Map<string, Uint8Array>, [key, value]: Entry): unknown =>
      value === null ? target.delete(key) : target.set(key, value);
    for (const entry of changes) put(this.records, entry);
    for (const entry of update.nodes) put(this.nodes, entry);
    return update;
  }

  /** Everything stored for the tree, in a comparable form. */
  stored(): readonly string[] {
    return [...this.nodes].map(([name, value]) => `${name} ${toHex(value)}`).sort();
  }
}

/** The tree as 02 §5 defines it, level by level, nothing shared with the code under test but the hash. */
const climbs = new Map<string, Uint8Array>();

const naive = (leaves: readonly (readonly [Id, Uint8Array])[], level = 256): Uint8Array => {
  const [first] = leaves;
  if (first === undefined) return empty(level);
  const name = leaves.length === 1 ? `${level} ${first[0]} ${toHex(first[1])}` : '';
  const known = climbs.get(name);
  if (known !== undefined) return known;
  let value = leafHash(first[1]);
  if (level > 0) {
    const bit = level - 1;
    const isRight = ([key]: readonly [Id, Uint8Array]): boolean =>
      (((fromHex(key)[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
    const left = naive(
      leaves.filter((leaf) => !isRight(leaf)),
      bit,
    );
    value = hash('mt-merkle-node', left, naive(leaves.filter(isRight), bit));
  }
  if (leaves.length === 1) climbs.set(name, value);
  return value;
};

const key = (i: number): Id => hashId('mt-account', littleEndian(i, 4));

/** Keys that meet at every kind of level: random ones, and ones that differ from them in one low, middle or high bit. */
const KEYS: readonly Id[] = [0, 1, 2, 3].flatMap((i) => {
  const flipped = (level: number): Id => {
    const bytes = fromHex(key(i));
    bytes[level >> 3] = (bytes[level >> 3] as number) ^ (1 << (level & 7));
    return toHex(bytes);
  };
  return [key(i), flipped(0), flipped(1), flipped(7), flipped(8), flipped(130), flipped(251), flipped(255)];
});

const record = (i: number): Uint8Array => ascii(`record ${i}`);

describe('sparse Merkle tree: vectors of 02 §5.1', () => {
  it.each([
    [0, '00'.repeat(32)],
    [1, '693bc03e469cd59e381575e0b3e178b40796ec2253869fe03eaee34750a06517'],
    [2, '4fcd5586c25f8e4250f033cd58a09a65c2bbb113b4ffe2071b812c2fa731b501'],
    [8, '723c53eba78004073b85261bf1c668044ea5c3b488bfeb6ced5940cd8e6462e6'],
    [128, '1b16a1c4eb2ed66902595a6d2ec642a05bed9db4897f5d910092b1a899a8a8b3'],
    [255, '673fd58ea495f7d91f9c5fcf8a349c0ecbef1fb63af4dbe8926992728ea9b3bf'],
    [256, '87dd145ec5630decdf8fc800583c51cce9dbe8438a1fa0b7e61eb679b4b4638f'],
  ])('empty(%i)', (level, value) => {
    expect(toHex(empty(level))).toBe(value);
  });

  it.each([
    ['empty tree', [], EMPTY_ROOT],
    ['S1', [['00'.repeat(32), 'a']], '65028e835e4def5c2a630fa130fafface7097066762dddd79093dc94b1c92a78'],
    ['S2', [[`01${'00'.repeat(31)}`, 'a']], 'c9334f854b8cc9d46fceea346a0c56ef4ef49bafe47ede259cdcb4d31bc47e39'],
    ['S3', [[`${'00'.repeat(31)}80`, 'a']], '3eadf650fcf861cef29bf00097cf4a12714e019b32679fa75af6c53823ae1645'],
    [
      'S4',
      [
        ['00'.repeat(32), 'a'],
        [`01${'00'.repeat(31)}`, 'b'],
        [`${'00'.repeat(31)}80`, 'c'],
      ],
      'b5b8cbf1a5dd0fcffd8db55a172eb1b13492348c507c8079893ea57c69ba728a',
    ],
    [
      'S5',
      [
        ['ab'.repeat(32), 'record one'],
        ['cd'.repeat(32), 'record two'],
        ['ef'.repeat(32), 'record three'],
      ],
      '75c5616151e1edc69306b949a53528a7365debd3d237c36911ea093eb343caf7',
    ],
  ] as const)('%s', (_, entries, root) => {
    expect(rootOf(entries.map(([id, text]) => [id, ascii(text)] as const))).toBe(root);
  });

  it('leaf("a")', () => {
    expect(toHex(leafHash(ascii('a')))).toBe('a7123db54abd2d577e78e5fe4c7a120176698d60b45c15ff8faa16b399c5d625');
  });
});

describe('sparse Merkle tree: updates', () => {
  const change = fc.tuple(fc.integer({ min: 0, max: KEYS.length - 1 }), fc.integer({ min: -2, max: 2 }));
  const batch = fc
    .array(change, { maxLength: 10 })
    .map((list): readonly Entry[] => [
      ...new Map(list.map(([k, r]) => [KEYS[k] as Id, r < 0 ? null : record(r)] as const)),
    ]);

  it('any sequence of batches gives the root of a whole rebuild, and stores what a fresh build stores', () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 6 }), (batches) => {
        const store = new Store();
        for (const entries of batches) {
          const { root } = store.update(entries);
          expect(root).toBe(toHex(naive([...store.records])));
          expect(rootIn(store)).toBe(root);
        }
        const fresh = new Store();
        fresh.update([...store.records]);
        expect(store.stored()).toEqual(fresh.stored());
      }),
      { seed: 20261121, numRuns: 40 },
    );
  });

  it('the order of changes in a batch, and of batches that do not meet, changes nothing', () => {
    const entries = KEYS.map((id, i) => [id, record(i)] as const);
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: KEYS.length }), fc.nat(KEYS.length), (order, cut) => {
        const store = new Store();
        store.update(order.slice(0, cut));
        const { root } = store.update(order.slice(cut));
        expect(root).toBe(toHex(naive(entries)));
        expect([...updateTree(new Store(), order).nodes.keys()]).toEqual([
          ...updateTree(new Store(), entries).nodes.keys(),
        ]);
      }),
      { seed: 20261121, numRuns: 8 },
    );
  });

  it('removing everything, at once or one by one, leaves the empty root and nothing stored', () => {
    for (const size of [KEYS.length, 1]) {
      const store = new Store();
      store.update(KEYS.map((id, i) => [id, record(i)]));
      let root = '';
      for (let i = 0; i < KEYS.length; i += size)
        ({ root } = store.update(KEYS.slice(i, i + size).map((id) => [id, null])));
      expect(root).toBe(EMPTY_ROOT);
      expect(store.stored()).toEqual([]);
    }
  });

  it('removing absent keys writes and hashes nothing', () => {
    const store = new Store();
    const before = store.update(KEYS.slice(0, 8).map((id, i) => [id, record(i)])).root;
    const update = store.update(KEYS.slice(8).map((id) => [id, null]));
    expect(update.root).toBe(before);
    expect(update.nodes.size).toBe(0);
    expect(update.cost).toMatchObject({ nodesWritten: 0, leafHashes: 0, nodeHashes: 0 });
  });

  it('of two changes of one key the last counts', () => {
    const changes: readonly Entry[] = [
      [key(0), record(0)],
      [key(1), record(1)],
      [key(0), record(2)],
      [key(1), null],
    ];
    expect(updateTree(new Store(), changes).root).toBe(toHex(naive([[key(0), record(2)]])));
  });

  it('a lone leaf is stored once, where it is alone, and moves when a neighbour comes or goes', () => {
    const store = new Store();
    const [a, b] = [`00${'00'.repeat(30)}40`, `00${'00'.repeat(30)}60`];
    store.update([[a, record(0)]]);
    expect([...store.nodes.keys()]).toEqual(['1']);
    // The paths 010… and 011… part below depth 2: branches at depths 0 to 2, lone leaves at 3.
    store.update([[b, record(1)]]);
    expect([...store.nodes].map(([name, { length }]) => [name, length]).sort()).toEqual([
      ['1', 32],
      ['2', 32],
      ['5', 32],
      ['a', 96],
      ['b', 96],
    ]);
    const { cost } = store.update([[b, null]]);
    expect([...store.nodes.keys()]).toEqual(['1']);
    // The leaf that stays climbs from depth 3 to the root; its record is not hashed again.
    expect(cost).toMatchObject({ leafHashes: 0, nodeHashes: 3 });
  });

  // The leaf that was there now stands above its landmark, at it, or below, where it starts anew.
  it.each([
    [0, 39],
    [38, 1],
    [39, 0],
    [40, 215],
    [200, 55],
  ])('a neighbour that parts at depth %i costs the leaf beside it %i hashes', (depth, own) => {
    const [a, b] = ['0'.repeat(64), reversed((1n << BigInt(255 - depth)).toString(16).padStart(64, '0'))];
    const grown = new Store();
    grown.update([[a, record(0)]]);
    const { cost } = grown.update([[b, record(1)]]);
    expect(cost.leafHashes).toBe(depth < 40 ? 1 : 2);
    // Those of the new leaf and of the branches above it are 256.
    expect(cost.nodeHashes).toBe(256 + own);
    const fresh = new Store();
    fresh.update([
      [a, record(0)],
      [b, record(1)],
    ]);
    expect(grown.stored()).toEqual(fresh.stored());
    grown.update([[b, null]]);
    const alone = new Store();
    alone.update([[a, record(0)]]);
    expect(grown.stored()).toEqual(alone.stored());
  });
});

describe('sparse Merkle tree: work', () => {
  const build = (size: number): Store => {
    const store = new Store();
    store.update(Array.from({ length: size }, (_, i) => [key(i), record(i)]));
    return store;
  };
  const few = build(250);
  const many = build(2_000);

  it('one changed leaf costs its leaf hash and 256 node hashes, however many leaves there are', () => {
    for (const store of [few, many]) {
      const { cost } = store.update([[key(7), record(-7)]]);
      expect(cost).toMatchObject({ leafHashes: 1, nodeHashes: 256 });
    }
  });

  it('a window of changes touches a number of values proportional to the changes and the depth', () => {
    const changes = Array.from({ length: 50 }, (_, i): Entry => [key(3 * i), i % 5 === 0 ? null : record(-i)]);
    const reads = [few, many].map((store) => {
      const { cost } = store.update(changes);
      expect(cost.nodeHashes).toBeLessThan(50 * 256);
      expect(cost.nodesWritten).toBeLessThan(cost.nodesRead);
      return cost.nodesRead;
    });
    // Two reads a level; three more levels for eight times the leaves, give or take the shape of the tree.
    expect(reads[1]).toBeLessThan(2 * 50 * (Math.log2(2_000) + 2));
    expect((reads[1] as number) - (reads[0] as number)).toBeLessThan(2 * 50 * (3 + 1));
  });

  it('stores a value for each leaf and about 1.44 for its branches', () => {
    expect(many.nodes.size).toBeGreaterThan(2.3 * many.records.size);
    expect(many.nodes.size).toBeLessThan(2.6 * many.records.size);
  });
});
