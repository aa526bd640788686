import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ascii } from '#core/bytes/bytes.ts';
import { Net } from '#core/host/net.suite.ts';
import { foundation } from '#core/participant/party.suite.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { Environment } from './environment.ts';
import { testFolder } from './folder.suite.ts';
import { openStore } from './lmdb-store.ts';
import { ANEW, StoreError } from './store-error.ts';

const { folder, done } = testFolder();

const { built, genesis } = foundation({ count: 1 });
const { built: other } = foundation({ count: 2 });

/** Changes one row of a closed store. */
const tamper = (path: string, database: string, key: string, change: (value: Uint8Array) => void): void => {
  const environment = new Environment(join(path, 'store.lmdb'));
  const rows = environment.database(database);
  const value = rows.get(ascii(key)) as Uint8Array;
  change(value);
  environment.transaction(() => rows.put(ascii(key), value));
  environment.close();
};

/** Of a refusal, what is wrong; it has to say how to begin anew. */
const wrong = (refused: string): string => {
  expect(refused.endsWith(ANEW)).toBe(true);
  return refused.slice(0, -ANEW.length);
};

/** A store of genesis, closed. */
const closed = (): string => {
  const path = join(folder(), 'data', 'node');
  openStore(path, built).close();
  return path;
};

const refusal = (path: string, network = built): string => {
  try {
    openStore(path, network).close();
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    const { message } = error as StoreError;
    expect(message).not.toContain('\n');
    return message;
  }
  return 'none';
};

it('makes the store of a network in a folder that is not there yet, and opens it again', () => {
  const path = join(folder(), 'data', 'node.d');
  const store = openStore(path, built);
  const { settled, open } = store.opened();
  expect(settled.state.roots()).toEqual(built.roots);
  expect({ ...settled, state: undefined, open }).toEqual({ ...genesis, state: undefined, open: undefined });
  expect(store.written).toBe(0);
  store.close();
  expect(refusal(path)).toBe('none');
});

it('opens no store of another network, nor of another format', () => {
  const path = closed();
  expect(wrong(refusal(path, other))).toMatch(
    / is the store of another network, [0-9a-f]{64}, not of [0-9a-f]{64}; see whether the genesis file is the right one, and if it is, $/,
  );
  expect(refusal(path)).toBe('none');
  tamper(path, 'meta', 'format', (value) => {
    value[0] = 1;
  });
  expect(wrong(refusal(path))).toMatch(
    / has format 1, this program reads format 3; use the program that wrote it, or $/,
  );
});

it('opens no file that is none of its own', () => {
  const path = folder();
  writeFileSync(join(path, 'store.lmdb'), 'no database at all, '.repeat(1_000));
  expect(wrong(refusal(path))).toMatch(/store\.lmdb is no LMDB file; $/);
  // As a power loss leaves one that was being made.
  writeFileSync(join(path, 'store.lmdb'), new Uint8Array(8_192));
  expect(refusal(path)).toBe('none');
  mkdirSync(join(path, 'folder', 'store.lmdb'), { recursive: true });
  expect(refusal(join(path, 'folder'))).toMatch(/store\.lmdb cannot be opened: /);
});

it('opens no file whose end is missing', () => {
  const path = closed();
  const file = join(path, 'store.lmdb');
  const image = readFileSync(file);
  for (const size of [100, 5_000, 8_192, image.length >> 1]) {
    writeFileSync(file, image);
    truncateSync(file, size);
    expect(refusal(path)).toMatch(
      /store\.lmdb is cut short; stop the node, wait .* put the copy back whole or remove /,
    );
  }
  writeFileSync(file, image);
  expect(refusal(path)).toBe('none');
});

it('is held by one at a time, until it is closed', () => {
  const path = closed();
  const store = openStore(path, built);
  expect(refusal(path)).toMatch(
    new RegExp(` is held by process ${process.pid}: stop it first, or name another folder$`),
  );
  store.close();
  expect(refusal(path)).toBe('none');
});

it.runIf(existsSync('/proc/self/stat'))(
  'is taken from a process that is gone, though another has its pid by now',
  () => {
    const path = closed();
    const gone = openStore(path, built);
    // The first digit of when it started, behind the pid and a length.
    tamper(path, 'meta', 'holder', (value) => {
      value[8] = (value[8] as number) ^ 1;
    });
    const store = openStore(path, built);
    expect(refusal(path)).toMatch(/ is held by process /);
    store.close();
    gone.close();
  },
);

it('stays free when it is refused for what is in it', () => {
  const path = closed();
  const environment = new Environment(join(path, 'store.lmdb'));
  const tree = environment.database('account-tree');
  environment.transaction(() => tree.remove(Uint8Array.of(0x10)));
  environment.close();
  expect(wrong(refusal(path))).toMatch(
    /^the store is damaged: the tables have state root [0-9a-f]{64}, the last header says [0-9a-f]{64}; $/,
  );
  expect(refusal(path)).toMatch(/ the tables have state root/);
});

it('writes nothing of a record that does not follow, or whose header names another state', () => {
  const finals: FinalRecord[] = [];
  const net = new Net(1, 0);
  net.start();
  expect(net.until(() => (net.seats[0]?.finals.length ?? 0) >= 3, 600)).toBe(true);
  finals.push(...(net.seats[0]?.finals ?? []));
  const [first, second, third] = finals as [FinalRecord, FinalRecord, FinalRecord];
  const store = openStore(folder(), built);
  done(() => store.close());
  store.write(first, undefined);
  expect(() => store.write(third, undefined)).toThrow('window 2 does not follow 0');
  expect(() => store.write({ ...second, delta: third.delta }, undefined)).toThrow(/ the tables have state root/);
  expect(store.opened().settled.side).toEqual(first.settled.side);
  expect(store.opened().settled.state.stateRoot()).toBe(first.settled.state.stateRoot());
  expect([store.written, store.entry(1)]).toEqual([1, undefined]);
  store.write(second, undefined);
  expect(store.opened().settled.state.stateRoot()).toBe(second.settled.state.stateRoot());
});
