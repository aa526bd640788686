import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Terminal } from './terminal.suite.ts';

test('the whole tour on the screen, to its verdict', async () => {
  const screen = new Terminal(`${process.execPath} node/montana.mjs`);
  try {
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
  } finally {
    screen.close();
  }
});
