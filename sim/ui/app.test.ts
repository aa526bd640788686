import { PassThrough, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { Run } from '#sim/run/run.ts';
import { small as eight } from '#sim/run/small.suite.ts';
import { show } from './app.ts';
import { type Entry, Screen, type ScreenOptions } from './screen.ts';

/** A shorter run: what it shows does not matter here. */
const small: typeof eight = (changes = {}) => eight({ windows: 3, faults: [], ...changes });

/** A terminal of any size that keeps what is written to it. */
class Fake extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  frame = '';
  readonly written: string[] = [];

  constructor(columns = 80, rows = 24) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const text = chunk.toString();
    this.written.push(text);
    // In debug mode each frame is one write; what switches screen and cursor is not one.
    if (!text.startsWith('\u001b[?') && text.trim() !== '') this.frame = stripVTControlCharacters(text);
    done();
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }
}

class Keys extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Polls until it is so. */
const until = async (what: () => boolean, told: () => string): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`waited in vain; the screen shows\n${told()}`);
    await wait(5);
  }
};

const entry = (name: string, changes: Partial<Entry> = {}): Entry => ({
  ...{ name, title: name, claim: 'Nothing goes wrong.', nodes: 8, windows: 3, seed: '1', rules: 'montana' },
  variants: [{ name: 'published', sets: 'rules=published' }],
  read: async ({ seed }) => small({ title: name, ...(seed === undefined ? {} : { seed }) }),
  command: ({ seed }) => `montana run ${name} --seed ${seed ?? 1}`,
  ...changes,
});

const open = (options: Partial<ScreenOptions> = {}, fake = new Fake()) => {
  const entries = [entry('first'), entry('second')];
  const screen = new Screen({ entries, look: { colour: true, unicode: true }, ...options });
  const keys = new Keys();
  const [stdin, stdout] = [keys as unknown as NodeJS.ReadStream, fake as unknown as NodeJS.WriteStream];
  const ended = show(screen, { stdin, stdout, debug: true });
  ended.catch(() => {});
  const shows = (text: string) =>
    until(
      () => fake.frame.includes(text),
      () => fake.frame,
    );
  closing.push(async () => {
    keys.write('\u0003');
    await ended.catch(() => {});
  });
  return { screen, keys, fake, ended, shows };
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

test('picks, runs, shows the verdict, goes back, quits', async () => {
  const { screen, keys, fake, ended, shows } = open();
  await shows('> first');
  keys.write('j');
  await shows('> second');
  keys.write('\u001b[A');
  await shows('> first');
  keys.write('\u001b[B');
  await shows('> second');
  keys.write('++-');
  await shows('seed     2');
  keys.write('v');
  await shows('variant  published: rules=published');
  keys.write('\r');
  await shows('Everything as expected.');
  expect(fake.frame).toContain('Again: montana run second --seed 2');
  expect(fake.frame).toContain('second, published  ·  8 nodes  ·  seed 2');
  keys.write('n');
  await shows('NODES');
  keys.write('\r');
  await shows('> second');
  expect(keys.isRaw).toBe(true);
  keys.write('q');
  await ended;
  expect({ left: screen.left, isRaw: keys.isRaw }).toEqual({ left: 'quit', isRaw: false });
  expect(screen.finished.map(({ seed, reproduce }) => [seed, reproduce])).toEqual([
    ['2', 'montana run second --seed 2'],
  ]);
  expect(screen.finished[0]?.traceDigest).toBe(new Run(small({ seed: 2 }), {}).finish().traceDigest);
});

test('pauses, steps one window, helps, goes back', async () => {
  const { keys, fake, shows } = open({ entries: [entry('long', { read: async () => small({ windows: 500 }) })] });
  keys.write('\r');
  await shows('running');
  keys.write(' ');
  await shows('PAUSED');
  const before = Number(/window (\d+) of/.exec(fake.frame)?.[1]);
  keys.write('n');
  await shows(`window ${before + 1} of 500 open`);
  await shows('PAUSED');
  keys.write('nn');
  await shows(`window ${before + 3} of 500 open`);
  await shows('PAUSED');
  keys.write('?');
  await shows('adversary: follows a strategy');
  keys.write('x');
  await shows('PAUSED');
  keys.write('q');
  await shows('> long');
});

test('follows the size of the terminal, and never exceeds it', async () => {
  const { keys, fake, shows } = open();
  keys.write('\r');
  await shows('Everything as expected.');
  for (const [columns, rows] of [
    [120, 40],
    [40, 10],
    [1, 1],
    [200, 60],
    [80, 24],
  ] as const) {
    fake.resize(columns, rows);
    const widths = () => fake.frame.split('\n').map((line) => line.length);
    await until(
      () => widths().length === rows && Math.max(...widths()) <= columns,
      () => fake.frame,
    );
    if (columns === 40) expect(fake.frame).toContain('needs 80x24, has 40x10');
  }
});

test('Ctrl-C leaves at once', async () => {
  const { screen, keys, ended, shows } = open();
  keys.write('\r');
  await shows('virtual');
  keys.write('\u0003');
  await ended;
  expect(screen.left).toBe('interrupt');
});

test('a setting that does not fit is told, and can be changed', async () => {
  const fault = Object.assign(new Error('variant: does not fit'), { name: 'UsageError' });
  const read = async ({ variant }: { variant?: string }) => {
    if (variant === undefined) return small();
    throw fault;
  };
  const { keys, shows } = open({ entries: [entry('picky', { read })] });
  keys.write('v\r');
  await shows('variant: does not fit');
  keys.write('v\r');
  await shows('Everything as expected.');
});

test('what a run throws ends the screen; the terminal is restored first', async () => {
  const thrown = new Error('planted');
  const { keys, fake, ended, shows } = open({
    begin: (scenario, options) =>
      new Run(scenario, {
        ...options,
        planted: {
          remembered: () => {
            throw thrown;
          },
        },
      }),
  });
  await shows('> first');
  keys.write('\r');
  await expect(ended).rejects.toBe(thrown);
  expect(keys.isRaw).toBe(false);
  const last = fake.written.join('');
  expect(last.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(last.lastIndexOf('\u001b[?1049h'));
  expect(last.lastIndexOf('\u001b[?25h')).toBeGreaterThan(last.lastIndexOf('\u001b[?25l'));
});
