import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAddress } from './addresses.ts';
import { configMarkdown, configTable, configText, readConfig } from './config.ts';
import { KEY_NAMES } from './keys.ts';
import { Refused } from './refused.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'montana.yaml');

const read = (text: string) => {
  writeFileSync(file, text);
  return readConfig(file);
};

/** The lines that refuse `text`, without the name of the file. */
const faults = (text: string): readonly string[] => {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.message.split('\n').map((line) => {
      expect(line.startsWith(`${file}:`)).toBe(true);
      return line.slice(file.length + 1);
    });
  }
  return [];
};

const PEER = '/ip4/203.0.113.5/tcp/8444/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N';

const DEFAULTS = {
  genesis: 'genesis.yaml',
  listen: ['/ip4/0.0.0.0/tcp/8444'],
  announce: [],
  peers: [],
  maxOutbound: 24,
  maxInbound: 24,
  discover: true,
  diversity: true,
  stem: true,
  timers: 'ordinary',
  admitObservers: true,
  bootstrap: false,
  entry: true,
  snapshots: true,
  fastSync: true,
  checkpoint: undefined,
  tau1Seconds: 60,
  journal: false,
  api: undefined,
  logLevel: 'info',
  logFile: 'stderr',
};

describe('a configuration file', () => {
  test.each(['', '# nothing\n', '{}', configText()])('that sets nothing has the defaults: %#', (text) => {
    expect(read(text)).toEqual(DEFAULTS);
  });

  test('sets what it names, also as JSON', () => {
    const hash = 'ab'.repeat(32);
    const text = `listen: []\npeers:\n  - ${PEER}\ntimers: patient\njournal: on\nentry: off\ncheckpoint: 7:${hash}\n`;
    expect(read(text)).toEqual({
      ...DEFAULTS,
      listen: [],
      peers: [PEER],
      timers: 'patient',
      journal: true,
      entry: false,
      checkpoint: { window: 7, proposalHash: hash },
    });
    expect(read('{"maxInbound": 0, "tau1Seconds": 3600}')).toEqual({ ...DEFAULTS, maxInbound: 0, tau1Seconds: 3600 });
  });

  test('the template keeps what it is told', () => {
    const set = { peers: [PEER], listen: ['/ip4/127.0.0.1/tcp/0'], timers: 'patient', journal: 'on' };
    expect(read(configText(set))).toEqual({ ...DEFAULTS, ...set, journal: true });
  });

  test('with every # before a line of the template removed is one too', () => {
    const text = configText().replaceAll(/^#(?! \S)/gm, '');
    expect(text).toMatch(/^logLevel: info$/m);
    // The example of a peer has an ellipsis for its id.
    expect(faults(text)).toEqual([expect.stringContaining('peers[0]: is ')]);
  });
});

describe('faults', () => {
  test('all at once, each with its place, what is wrong and what to do', () => {
    const text = [
      'listen:',
      'lisen: 3',
      'peers:',
      '  - /ip4/203.0.113.5/tcp/8444',
      '  - 7',
      'journal: true',
      'maxInbound:   1.5',
      'maxOutbound: 1001',
      'checkpoint: 3:a',
      'timers: slow',
    ];
    expect(faults(text.join('\n'))).toEqual([
      expect.stringMatching(/^1:1: listen: has no value; write a list/),
      '2:1: lisen: unknown key; did you mean listen?',
      expect.stringMatching(
        /^4:5: peers\[0\]: is "\/ip4\/203.0.113.5\/tcp\/8444"; write a peer's address with its peer id/,
      ),
      expect.stringMatching(/^5:5: peers\[1\]: is 7; write /),
      '6:10: journal: is true; write on or off',
      '7:15: maxInbound: is 1.5; write a whole number from 0 to 1000',
      '8:14: maxOutbound: is 1001; write a whole number from 0 to 1000',
      '9:13: checkpoint: is "3:a"; write none, or a window number, a colon and 64 lower-case hex digits',
      '10:9: timers: is "slow"; write ordinary or patient',
    ]);
  });

  test('a name that is like no key: the known ones', () => {
    expect(faults('xyzzyxyzzy: 1')).toEqual([`1:1: xyzzyxyzzy: unknown key; known are ${KEY_NAMES.join(', ')}`]);
  });

  test('no YAML, keys twice, a list', () => {
    expect(faults('timers: patient\ntimers: ordinary\n')).toEqual(['2:1: not YAML: Map keys must be unique']);
    expect(faults('listen: [\n')[0]).toMatch(/^\d+:\d+: not YAML: /);
    expect(faults('- timers')).toEqual([
      expect.stringMatching(/^1:1: is \["timers"\]; the file must be "key: value" lines/),
    ]);
  });

  test('no file, or one that cannot be read', () => {
    expect(() => readConfig(join(folder, 'none.yaml'))).toThrow(/none\.yaml: there is no node here; make one with /);
    expect(() => readConfig(folder)).toThrow(/cannot be read/);
  });
});

test('the table in the manual is the one of the code', () => {
  expect(readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')).toContain(`\n${configMarkdown()}\n`);
});

test('every key stands in the template and both tables, with its default', () => {
  for (const name of KEY_NAMES) {
    expect(configText()).toMatch(new RegExp(`^#${name}:`, 'm'));
    expect(configTable()).toMatch(new RegExp(`^${name}: \\S`, 'm'));
    expect(configMarkdown()).toContain(`\n| \`${name}\` | \``);
  }
});

test.each([
  ['/ip4/127.0.0.1/tcp/0', true],
  ['/ip6/::1/tcp/65535', true],
  ['/dns4/node.example.org/tcp/8444', true],
  [PEER, true],
  ['/ip4/256.0.0.1/tcp/1', false],
  ['/ip4/::1/tcp/1', false],
  ['/ip4/127.0.0.1/tcp/65536', false],
  ['/ip4/127.0.0.1/udp/1', false],
  ['/dns4/-x/tcp/1', false],
  [`${PEER}x`, false],
  ['127.0.0.1:8444', false],
  ['', false],
])('address %s: %s', (text, isOne) => {
  expect(parseAddress(text) !== undefined).toBe(isOne);
});
