import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

// The installation itself is a step of the README's path: `path.deep.test.ts`.

const folder = mkdtempSync(join(tmpdir(), 'montana-install-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SCRIPT = join(import.meta.dirname, 'install.sh');

const install = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
};

const isThere = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

test.each([
  [['--prefx', 'x'], 2, '--prefx: no such option; --help has them all'],
  [['--dir'], 2, '--dir takes a value; --help has the options'],
  [[], 1, 'no montana-*.tgz here: there is no such package; make one with "npm pack" in a checkout'],
  [['--tarball', 'none.tgz'], 1, 'none.tgz: there is no such package'],
])('%j is refused in one line, before anything is done', (args, code, told) => {
  const { status, stdout, stderr } = install(...args);
  expect({ status, stdout }).toEqual({ status: code, stdout: '' });
  expect(stderr).toMatch(/^montana install: [^\n]+\n$/);
  expect(stderr).toContain(told);
  expect(readdirSync(folder)).toEqual([]);
});

test('a rehearsal says every step and does none; --help does neither', () => {
  const here = join(folder, 'here');
  mkdirSync(here);
  for (const name of ['montana-0.1.0.tgz', 'genesis.yaml']) writeFileSync(join(here, name), '');
  const asked = [
    '--tarball',
    join(here, 'montana-0.1.0.tgz'),
    '--prefix',
    join(here, 'p'),
    '--dir',
    join(here, 'alice'),
  ];
  expect(install(...asked, '--dry-run').stderr).toContain('no --genesis: there is no such genesis file');
  const { status, stdout } = install(
    ...asked,
    '--no-service',
    '--dry-run',
    '--genesis',
    join(here, 'genesis.yaml'),
    '--peer',
    'p',
  );
  expect(status).toBe(0);
  for (const words of ['npm install --global', 'node init --dir', 'add listen and peers to', 'start it: ']) {
    expect(stdout).toContain(words);
  }
  const slashed = install(
    ...asked.slice(0, -1),
    `${join(here, 'alice')}//`,
    '--genesis',
    join(here, 'genesis.yaml'),
    '--dry-run',
  );
  expect(slashed.stdout).toContain(`make the node's folder ${join(here, 'alice')}\n`);
  expect(install('--undo', '--dry-run', '--prefix', join(here, 'p')).stdout).toContain('it is not there');
  expect(install('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: sh install.sh') });
  expect(readdirSync(here)).toEqual(['genesis.yaml', 'montana-0.1.0.tgz']);
});

test('what was cut off is taken up by the same command, and done twice it changes nothing', () => {
  const here = join(folder, 'cut');
  const [tarball, genesis, dir] = ['montana-0.1.0.tgz', 'genesis.yaml', 'alice'].map((name) => join(here, name)) as [
    string,
    string,
    string,
  ];
  const config = join(dir, 'montana.yaml');
  mkdirSync(join(here, 'p/bin'), { recursive: true });
  mkdirSync(join(here, 'p/lib/node_modules/montana'), { recursive: true });
  for (const file of [tarball, genesis]) writeFileSync(file, '');
  // A program that is there already, of this package, and is killed before its folder has an identity.
  writeFileSync(
    join(here, 'p/lib/node_modules/montana/.installed-from'),
    createHash('sha256').update('').digest('hex'),
  );
  writeFileSync(
    join(here, 'p/bin/montana'),
    `#!/bin/sh
mkdir -p '${dir}'
[ -e '${config}' ] || { echo '#peers: []' >'${config}'; kill -9 $$; }
echo >'${dir}/identity.bin'
`,
    { mode: 0o755 },
  );
  const asked = ['--tarball', tarball, '--prefix', join(here, 'p'), '--dir', dir, '--genesis', genesis, '--no-service'];
  const again = (...more: readonly string[]) =>
    install(...asked, '--listen', 'l', '--peer', 'p', '--peer', 'q', ...more);
  expect(again().status).not.toBe(0);
  expect(readdirSync(dir)).toEqual(['montana.yaml']);
  expect(again()).toMatchObject({ status: 0, stdout: expect.stringContaining("make the node's folder") });
  const whole = readFileSync(config, 'utf8');
  expect(whole).toBe('#peers: []\n\n# As given to install.sh.\nlisten:\n  - l\npeers:\n  - p\n  - q\n');
  expect(again().stdout).toContain('has an identity already; it and its settings are kept');
  expect(readFileSync(config, 'utf8')).toBe(whole);
  // Killed as soon as the folder was made.
  writeFileSync(config, '#peers: []\n');
  expect(again().status).toBe(0);
  expect(readFileSync(config, 'utf8')).toBe(whole);
  // What somebody has set is theirs.
  writeFileSync(config, 'peers: []\n');
  expect(again().stdout).toContain('add listen and peers to');
  expect(readFileSync(config, 'utf8')).toBe('peers: []\n\n# As given to install.sh.\nlisten:\n  - l\n');
});

test('a second folder does not take the service of the first one away', () => {
  const here = join(folder, 'service');
  const unit = join(here, 'montana.service');
  mkdirSync(join(here, 'bin'), { recursive: true });
  for (const name of ['montana-0.1.0.tgz', 'genesis.yaml']) writeFileSync(join(here, name), '');
  // A machine with systemd, and root on it, as far as a rehearsal sees.
  const script = readFileSync(SCRIPT, 'utf8').replace(/^unit=.*$/m, `unit=${unit}`);
  writeFileSync(join(here, 'install.sh'), script.replace('/run/systemd/system', here));
  writeFileSync(join(here, 'bin/id'), '#!/bin/sh\necho 0\n', { mode: 0o755 });
  const rehearsed = (dir: string) =>
    spawnSync(
      'sh',
      ['install.sh', '--prefix', join(here, 'p'), '--dir', dir, '--genesis', 'genesis.yaml', '--dry-run'],
      {
        cwd: here,
        env: { ...process.env, PATH: `${join(here, 'bin')}:${process.env.PATH}` },
        encoding: 'utf8',
      },
    );
  expect(rehearsed('/var/lib/alice')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('install the service'),
  });
  const template = readFileSync(join(import.meta.dirname, 'montana.service'), 'utf8');
  writeFileSync(unit, template.replaceAll('@STATE@', 'alice'));
  expect(rehearsed('/var/lib/alice').status).toBe(0);
  for (const dir of ['/var/lib/bob', '/var/lib/alic', '/var/lib/alice2']) {
    const { status, stdout, stderr } = rehearsed(dir);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`${dir}: a machine has one service montana, and here it is that of /var/lib/alice; give`);
  }
});

test('the script is sound sh, as far as this machine can tell', () => {
  expect(spawnSync('sh', ['-n', SCRIPT], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  if (isThere('shellcheck')) expect(spawnSync('shellcheck', [SCRIPT], { encoding: 'utf8' }).stdout).toBe('');
});

test.runIf(isThere('systemd-analyze'))('systemd takes the unit, and finds it shut in', () => {
  const unit = join(folder, 'montana.service');
  const template = readFileSync(join(import.meta.dirname, 'montana.service'), 'utf8');
  writeFileSync(unit, template.replace('@PROGRAM@', process.execPath).replaceAll('@STATE@', 'montana'));
  const verified = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  expect({ status: verified.status, stderr: verified.stderr }).toEqual({ status: 0, stderr: '' });
  // In tenths: 0 sees nothing of the system, 100 everything.
  const exposed = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=25', unit], {
    encoding: 'utf8',
  });
  expect(exposed.status, exposed.stdout).toBe(0);
});

test("the image's health check asks the node's socket", async () => {
  const socket = join(folder, 'api.sock');
  const image = readFileSync(join(import.meta.dirname, 'Dockerfile'), 'utf8').replace(
    '/var/lib/montana/api.sock',
    socket,
  );
  const [, ...args] = JSON.parse(/^ {2}CMD (\[.*\])$/m.exec(image)?.[1] ?? '[]') as readonly string[];
  const check = () =>
    new Promise((resolve) => spawn(process.execPath, args, { stdio: 'ignore' }).on('exit', (code) => resolve(code)));
  expect(await check()).toBe(1);
  let status = 200;
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, reply) => {
    asked.push(url);
    reply.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  expect(await check()).toBe(0);
  status = 503;
  expect(await check()).toBe(1);
  expect(asked).toEqual(['/health', '/health']);
  server.close();
});
