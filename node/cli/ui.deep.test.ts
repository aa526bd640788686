import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { foreignNode, ROOT } from './launch.suite.ts';
import { Terminal } from './terminal.suite.ts';

const NODE = process.execPath;
const MONTANA = `${NODE} node/montana.mjs`;
const SMALL = `${NODE} ${join(ROOT, 'node/cli/small-screen.suite.ts')}`;

const folder = mkdtempSync(join(tmpdir(), 'montana-ui-'));
afterAll(() => rmSync(folder, { recursive: true }));

const terminals: Terminal[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.close();
});

const terminal = (...args: ConstructorParameters<typeof Terminal>): Terminal => {
  const opened = new Terminal(...args);
  terminals.push(opened);
  return opened;
};

const RESTORED = { alternate: false, cursor: true };

test('opens at the tour, runs a scenario, pauses, steps, quits; the terminal is restored', async () => {
  const screen = terminal(MONTANA);
  const picker = await screen.shows('> tour');
  expect(picker).toContain('A hundred nodes');
  expect(screen.state).toEqual({ alternate: true, cursor: false });
  screen.type('Up');
  await screen.shows('> sybil-entry');
  screen.type('Up');
  await screen.shows('> steady');
  screen.type('Enter');
  await screen.shows('running');
  screen.type('Space');
  const paused = await screen.shows('PAUSED');
  expect(paused).toContain('40 of 40 up');
  const at = Number(/window (\d+) of 45/.exec(paused)?.[1]);
  screen.type('n');
  await screen.shows(new RegExp(`PAUSED[^]*window ${at + 1} of 45`));
  screen.type('?');
  await screen.shows('adversary: follows a strategy');
  screen.type('?');
  await screen.shows('PAUSED');
  screen.type('q');
  await screen.shows('> steady');
  screen.type('q');
  expect(await screen.exitCode()).toBe(0);
  expect(screen.state).toEqual(RESTORED);
  expect(screen.text).not.toContain('tour');
});

test('SIGTERM to the launcher, which runs another Node, ends both and restores the terminal', async () => {
  const screen = terminal(`${foreignNode(folder)} node/montana.mjs`);
  await screen.shows('> tour');
  screen.type('Up');
  await screen.shows('> sybil-entry');
  screen.type('Up');
  await screen.shows('> steady');
  screen.type('Enter');
  await screen.shows('running');
  process.kill(screen.pid, 'SIGTERM');
  expect(await screen.exitCode()).toBe(128 + 15);
  expect(screen.state).toEqual(RESTORED);
});

test('a parent that is ended by a signal, as npm ends its shell, takes the screen with it', async () => {
  const screen = terminal(`sh -c "${NODE} node/montana.mjs; true"`);
  await screen.shows('> tour');
  expect(screen.state.alternate).toBe(true);
  process.kill(screen.pid, 'SIGTERM');
  await screen.restored();
});

test('a crash inside the screen: the terminal is restored, the error told, exit 1', async () => {
  const screen = terminal(`${SMALL} crash`);
  await screen.shows('> small');
  screen.type('Enter');
  expect(await screen.exitCode()).toBe(1);
  expect(screen.text).toContain('planted in window 3');
  expect(screen.state).toEqual(RESTORED);
});

test('verdict, other sizes, back to the picker, Ctrl-C; a locale without UTF-8 and NO_COLOR are heeded', async () => {
  const screen = terminal(SMALL, { columns: 120, rows: 40, env: { LC_ALL: 'C', NO_COLOR: '1' } });
  await screen.shows('> small');
  screen.type('Enter');
  await screen.shows('Everything as expected.');
  screen.resize(60, 10);
  await screen.shows('needs 80x24, has 60x10');
  screen.resize(80, 24);
  const verdict = await screen.shows('Everything as expected.');
  // The first line stands at the top: nothing has scrolled.
  expect(verdict.startsWith(' Montana  Small')).toBe(true);
  expect(verdict).toMatch(/ok +agreement/);
  expect(verdict).toMatch(/^[\x20-\x7e\n]*$/);
  // Bold or reversed at most; 39 and 49 take a colour back.
  expect(screen.coloured).not.toMatch(/\[(?:\d+;)*[34][0-8]m/);
  screen.type('Enter');
  await screen.shows('> small');
  screen.type('C-c');
  expect(await screen.exitCode()).toBe(130);
  expect(screen.state).toEqual(RESTORED);
  expect(screen.text).toContain('Small, seed 1: everything as expected. Again: montana run small');
});

test('the whole tour on the screen, to its verdict', async () => {
  const screen = terminal(MONTANA);
  await screen.shows('> tour');
  screen.type('Enter');
  const deadline = performance.now() + 400_000;
  while (!screen.text.includes('Everything as expected.') && performance.now() < deadline) {
    // The frame stands still: title on top, keys at the bottom.
    expect(screen.text).toMatch(/^ Montana|^$/);
    await wait(500);
  }
  const verdict = await screen.shows('Everything as expected.');
  expect(verdict).toContain('all 61 windows closed');
  screen.type('q');
  await screen.shows('> tour');
  screen.type('q');
  expect(await screen.exitCode()).toBe(0);
  expect(screen.text).toContain('Tour, seed 1: everything as expected.');
});
