import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { entropyToMnemonic } from '#core/crypto/mnemonic.ts';
import { portsOf } from '#node/api/ports.suite.ts';
import type { Reloaded } from '#node/api/schemas.ts';
import { makeApi, serveApi } from '#node/api/server.ts';
import { sampleStatus } from '#node/api/status.suite.ts';
import { readConfig } from '#node/config/config.ts';
import { makeNodeFolder, nodeFolder } from '#node/config/folder.ts';
import { readGenesisFile } from '#node/config/genesis-file.ts';
import { readIdentity, writeRecoverable } from '#node/config/identity.ts';
import { recoverMasterSeed } from '#node/config/mnemonic.ts';
import { Refused } from '#node/config/refused.ts';
import { makeDevnet } from '#node/devnet/make.ts';
import { devnet } from './devnet.ts';
import { keysNew } from './keys-new.ts';
import { ended, montana, ROOT, start } from './launch.suite.ts';
import { nodeInit } from './node-init.ts';
import { nodeReload } from './node-reload.ts';
import { readNode } from './node-start.ts';
import { nodeStatus, spanText } from './node-status.ts';
import { nodeStop } from './node-stop.ts';
import { said } from './said.suite.ts';
import { UsageError } from './usage.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-node-cli-'));
afterAll(() => rmSync(root, { recursive: true }));

const WORDS = entropyToMnemonic(new Uint8Array(32));
const oneLine = /^montana: [^\n]+\n$/;

describe('called wrongly: one line that says what and what to do', () => {
  const nowhere = join(root, 'nowhere');
  test.each([
    [['node', 'init', '--mnemonic', WORDS], 2, 'the words come from stdin, never from the command line'],
    [['node', 'strat'], 2, 'Did you mean start?'],
    [['node', 'start', '--dir', nowhere], 1, 'there is no node here; make one with "montana node init --dir /'],
    [['devnet', '--nodes', '0'], 2, '--nodes 0: write a whole number from 1 to 64'],
  ])('%j', async (args, code, told) => {
    const { status, stdout, stderr } = await montana(...args);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain(WORDS);
  });
});

test('devnet: numbers out of range, a folder that holds something', async () => {
  writeFileSync(join(root, 'something'), '');
  for (const [options, told] of [
    [{ nodes: '65' }, '--nodes 65: write a whole number from 1 to 64'],
    [{ nodes: '1.5' }, '--nodes 1.5: write'],
    [{ nodes: '4', windows: '-1' }, '--windows -1: write a whole number from 0 to 1000000'],
    [{ nodes: '4', late: 'x' }, '--late x: write a whole number from 0 to 1000000'],
    [{ nodes: '4', late: '9', windows: '8' }, '--late 9: comes after the last window of --windows 8'],
    [{ nodes: '4', late: '9', kill: '8' }, '--late and --kill do not go together'],
    [{ nodes: '4', dir: root }, 'is not empty; name a folder that is not there yet'],
    [{ nodes: '4', dir: join(root, 'something') }, 'is no folder'],
  ] as const) {
    await expect(devnet(options)).rejects.toThrow(told);
    await expect(devnet(options)).rejects.toBeInstanceOf(UsageError);
  }
});

test('devnet: where a network cannot be made, nothing of it is left, not even its hold on Ctrl-C', async () => {
  const listeners = process.listenerCount('SIGINT');
  const { stdout } = await said(async () => {
    await expect(devnet({ nodes: '1', dir: '/sys/none' })).rejects.toThrow('cannot be made: ');
    return 0;
  });
  expect([process.listenerCount('SIGINT'), stdout]).toEqual([listeners, '']);
});

describe('node init', () => {
  test('recovers an identity from stdin, and joins a network', async () => {
    const { genesis } = await makeDevnet({ nodes: 1, dir: join(root, 'net') });
    const dir = join(root, 'alice');
    const child = start(['node', 'init', '--dir', dir, '--genesis', join(root, 'net/genesis.yaml'), '--mnemonic', '-']);
    child.stdin.end(`${WORDS.toUpperCase()}\n`);
    const { status, stdout, stderr } = await ended(child);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toMatch(/abandon/i);
    const { nodeId, accountId, peerId } = readIdentity(join(dir, 'identity.bin'));
    expect(nodeId).toBe('c36514f71adbd7b1772628f184a2e9075cef8bb91f6c38d5cd1e4f3030674018');
    for (const text of [nodeId, accountId, peerId, genesis.network.genesisHash]) expect(stdout).toContain(text);
    expect(readGenesisFile(join(dir, 'genesis.yaml'))).toEqual(genesis);
    expect(readConfig(join(dir, 'montana.yaml')).genesis).toBe('genesis.yaml');
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test('shows the words of a new identity, once', async () => {
    const dir = join(root, 'bob');
    const { status, stdout } = await said(() => nodeInit({ dir }));
    expect(status).toBe(0);
    expect(stdout).toContain('Write these 24 words down on paper');
    const rows = stdout.split('\n').slice(0, 6).join(' ');
    const words = [...rows.matchAll(/(\d+) ([a-z]+)/g)];
    expect(words.map(([, n]) => Number(n))).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    const file = join(dir, 'identity.bin');
    const { nodeId } = readIdentity(file);
    const seed = recoverMasterSeed(Buffer.from(words.map(([, , word]) => word).join(' ')));
    expect(writeRecoverable(join(root, 'bob-again.bin'), seed).nodeId).toBe(nodeId);
    const before = readFileSync(file);
    await expect(nodeInit({ dir })).rejects.toThrow(/there is an identity already; it is kept/);
    expect(readFileSync(file)).toEqual(before);
  });

  test('is begun again after a crash: without an identity, or with one that has no configuration', async () => {
    await makeDevnet({ nodes: 1, dir: join(root, 'franknet') });
    const [dir, genesis] = [join(root, 'frank'), join(root, 'franknet/genesis.yaml')];
    // Where it ends before all is there, there is no identity yet.
    mkdirSync(join(dir, 'genesis.yaml'), { recursive: true });
    await expect(nodeInit({ dir, genesis })).rejects.toThrow('cannot be written: ');
    expect(readdirSync(dir)).toEqual(['genesis.yaml']);
    rmdirSync(join(dir, 'genesis.yaml'));
    expect((await said(() => nodeInit({ dir, genesis }))).stdout).toContain('Write these 24 words');
    const all = readdirSync(dir);
    expect(all.sort()).toEqual(['genesis.yaml', 'identity.bin', 'montana.yaml']);
    const { nodeId } = readIdentity(join(dir, 'identity.bin'));
    for (const name of ['genesis.yaml', 'montana.yaml']) rmSync(join(dir, name));
    const { stdout } = await said(() => nodeInit({ dir, genesis }));
    expect(stdout).toContain(nodeId);
    expect(stdout).not.toContain('24 words');
    expect(readdirSync(dir).sort()).toEqual(all);
  });

  test('makes nothing of a genesis file that is none', async () => {
    const dir = join(root, 'carol');
    writeFileSync(join(root, 'broken.yaml'), 'bytes: AAAA\n');
    await expect(nodeInit({ dir, genesis: join(root, 'broken.yaml') })).rejects.toThrow(/:1:1: genesisStateHash: /);
    await expect(nodeInit({ dir, genesis: join(root, 'none.yaml') })).rejects.toThrow(/, and name it with --genesis$/);
    expect(existsSync(dir)).toBe(false);
  });
});

describe('node start: what stands in the folder is checked first', () => {
  test('every fault of the file on its line, without more; a key others can read; no genesis', async () => {
    const dir = join(root, 'dave');
    await said(() => nodeInit({ dir }));
    const { config, identity } = nodeFolder(dir);
    writeFileSync(config, 'lisen: []\njournal: yes\n');
    const faults = await montana('node', 'start', '--dir', dir);
    expect(faults).toMatchObject({ status: 1, stdout: '' });
    expect(faults.stderr).toBe(
      `${config}:1:1: lisen: unknown key; did you mean listen?\n${config}:2:10: journal: is "yes"; write on or off\n`,
    );
    writeFileSync(config, '');
    expect(() => readNode(dir)).toThrow(
      /genesis\.yaml: there is no genesis file, so the network is unknown; get .*, and put it there as genesis\.yaml$/,
    );
    await makeDevnet({ nodes: 1, dir: join(root, 'davenet') });
    writeFileSync(config, 'genesis: ../davenet/genesis.yaml\n');
    chmodSync(identity, 0o644);
    expect(() => readNode(dir)).toThrow(/others can read your keys \(mode 0644\); run "chmod 600 /);
    chmodSync(identity, 0o600);
    expect(readNode(dir).genesis.network.founders).toHaveLength(1);
    writeFileSync(config, 'genesis: ../davenet/genesis.yaml\nlogFile: none/such\n');
    expect(() => readNode(dir)).toThrow(/none\/such: the log cannot be written: .*; change logFile in montana\.yaml/);
  });
});

test('a fault of the program ends a node: one line, and the rest in the log', async () => {
  const { founders } = await makeDevnet({ nodes: 1, dir: join(root, 'fault') });
  // As soon as it says that it runs, something nobody waits for is rejected.
  const fault = `import { isMainThread } from 'node:worker_threads';
    const { stdout } = process;
    const write = stdout.write.bind(stdout);
    if (isMainThread) stdout.write = (text) => {
      if (text.includes(' runs at ')) Promise.reject(new Error('boom'));
      return write(text);
    };`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(fault)}`, join(ROOT, 'node/cli/main.ts')];
  const child = spawn(process.execPath, [...args, 'node', 'start', '--dir', founders[0]!.folder.path]);
  const { status, stderr } = await ended(child);
  const lines = stderr.trimEnd().split('\n');
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('montana: a fault of the program: boom; the log has more; start the node again');
  const logged = lines.slice(0, -1).map((line) => JSON.parse(line) as { readonly level: number });
  expect(logged.find(({ level }) => level === 60)).toMatchObject({ reason: 'boom', msg: 'a fault of the program' });
});

test('an identity without a configuration: the start says which command makes a node of it, and that does, without words', async () => {
  const dir = join(root, 'grace');
  await said(async () => keysNew({ dir, ephemeral: true }));
  const { nodeId } = readIdentity(join(dir, 'identity.bin'));
  expect(() => readNode(dir)).toThrow(`there is no node here; make one with "montana node init --dir ${dir}"`);
  const { stdout } = await said(() => nodeInit({ dir }));
  expect(stdout).toContain(nodeId);
  expect(stdout).not.toContain('24 words');
  expect(() => readNode(dir)).toThrow('there is no genesis file');
});

test('node reload says what counts now, what after a restart, and why nothing does', async () => {
  const dir = join(root, 'heidi');
  const { socket } = makeNodeFolder(dir);
  await expect(nodeReload({ dir })).rejects.toThrow(
    `no node runs here; start it with "montana node start --dir ${dir}"`,
  );
  let reload: () => Reloaded = () => ({ applied: [], needsRestart: [] });
  const api = makeApi({ ...portsOf(), reload: () => reload() });
  await serveApi(api, socket);
  expect(await said(() => nodeReload({ dir }))).toEqual({ status: 0, stdout: 'nothing has changed\n', stderr: '' });
  reload = () => ({ applied: ['peers', 'logLevel'], needsRestart: ['listen'] });
  expect((await said(() => nodeReload({ dir }))).stdout).toBe(
    'counts from now on: peers, logLevel\ncounts after a restart: listen\n',
  );
  reload = () => {
    throw new Refused('montana.yaml:1:1: lisen: unknown key');
  };
  await expect(nodeReload({ dir })).rejects.toThrow('montana.yaml:1:1: lisen: unknown key');
  await expect(serveApi(makeApi(portsOf()), socket)).rejects.toThrow(`"montana node stop --dir ${dir}" ends it`);
  await api.close();
});

describe('node status and node stop', () => {
  test('of a node that runs, starts, or is not there', async () => {
    const dir = join(root, 'erin');
    const { socket } = makeNodeFolder(dir);
    await expect(nodeStatus({ dir })).rejects.toThrow(`no node runs in ${dir}; start it with`);
    await expect(nodeStop({ dir })).rejects.toThrow(`no node runs in ${dir}; nothing to stop`);
    let status: ReturnType<typeof sampleStatus> | undefined;
    const api = makeApi({
      ...portsOf(),
      status: async () => status ?? portsOf().status(),
      stop: () => void setTimeout(() => api.close(), 200),
    });
    await serveApi(api, socket);
    await expect(nodeStatus({ dir })).rejects.toThrow('is starting or stopping; ask again in a moment');
    const catchUp = { phase: 'side', done: 64, total: 240, peer: null, advice: 'configure a checkpoint' } as const;
    const refused = { GroupRate: 1_990, NoHandshake: 1 };
    status = sampleStatus({ catchUp, reasons: { refused, closed: {}, penalties: {} } });
    const text = await said(() => nodeStatus({ dir }));
    expect(text.status).toBe(0);
    expect(text.stdout).toContain('\n  refused   GroupRate 1 990, NoHandshake 1\npeers ');
    expect(text.stdout).toContain('window      7 open, round 1; 6 final\n');
    expect(text.stdout).toContain(
      'catch-up    archive entries behind the snapshot: 64 of 240\n  advice    configure a checkpoint\n',
    );
    expect(text.stdout).toContain('hashing     8 000 000 a second; D is 4 194 304; T of a window takes 0.5 s here\n');
    expect(text.stdout).toMatch(/^ {2}to {8}node {6}Qm\S+ {2}\/ip4\/127\.0\.0\.1\/tcp\/8445 {2}1 min$/m);
    expect(JSON.parse((await said(() => nodeStatus({ dir, json: true }))).stdout)).toEqual(status);
    const stopped = await said(() => nodeStop({ dir }));
    expect(stopped).toMatchObject({ status: 0, stdout: `montana: the node with pid ${process.pid} has stopped\n` });
  });
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [3_599, '59 min 59 s'],
  [3_600, '1 h'],
  [90_061, '1 d 1 h'],
])('%i seconds: %s', (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});
