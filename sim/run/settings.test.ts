import { describe, expect, test } from 'vitest';
import { PUBLISHED } from '#core/genesis/rules.ts';
import { applySetting, applyVariant, hostNames, parseScenario, ScenarioError, suggestion } from './settings.ts';

const written = (): Record<string, unknown> => ({
  title: 'Two',
  claim: 'None.',
  nodes: 2,
  windows: 3,
  hosts: [{ count: 2 }],
});

const told = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return 'nothing';
};

describe('a scenario', () => {
  test('gets its defaults', () => {
    const scenario = parseScenario(written(), 'two');
    expect(scenario).toMatchObject({ seed: 1, rules: 'montana', suite: 'modelled', memo: true, wire: false });
    expect(scenario.hosts[0]).toMatchObject({ speed: 1000, cpu: 1000 });
  });

  test.each<[Record<string, unknown>, string]>([
    [{ windos: 3 }, 'two: windos: no such field (did you mean windows?)'],
    [{ zzz: 3 }, 'two: zzz: no such field'],
    [{ network: { lnks: 3 } }, 'two: network.lnks: no such field (did you mean links?)'],
    [{ hosts: [{ count: 2, sped: 1 }] }, 'two: hosts.0.sped: no such field (did you mean speed?)'],
    [{ rules: { finalty: 'votes' } }, 'two: rules.finalty: no such field (did you mean finality?)'],
    [{ faults: [{ type: 'heal', windw: 1, window: 1 }] }, 'two: faults.0.windw: no such field (did you mean window?)'],
    [{ title: undefined }, 'two: title: is missing'],
    [{ adversary: [{ type: 'signature-flood' }] }, 'two: adversary.0.host: is missing'],
    [{ nodes: '2' }, 'two: nodes: expected number, received string'],
    [{ nodes: 0 }, 'two: nodes: expected number to be >=1'],
    [{ nodes: 3 }, 'two: nodes: is 3, but the groups of hosts make 2'],
    [{ seed: 1.5 }, 'two: seed: expected int or string'],
    [{ rules: 3 }, 'two: rules: expected published, montana or object'],
    [{ suite: 'reel' }, 'two: suite: "reel" is not one of modelled, real (did you mean real?)'],
    [{ rules: 'publishd' }, 'two: rules: "publishd" is not one of published, montana (did you mean published?)'],
    [
      { rules: { finality: 'vote' } },
      'two: rules.finality: "vote" is not one of first-valid, votes (did you mean votes?)',
    ],
    [
      { faults: [{ type: 'crsh', window: 1, hosts: ['n000'] }] },
      'two: faults.0.type: "crsh" is not one of crash, restart, pace, cut, heal, lose (did you mean crash?)',
    ],
    [
      { faults: [{ type: 'crash', window: 1, hosts: ['n00'] }] },
      'two: faults.0.hosts: no host "n00" (did you mean n000?)',
    ],
    [
      { faults: [{ type: 'cut', window: 1, groups: [['n007']] }] },
      'two: faults.0.groups.0: no host "n007" (did you mean n000?)',
    ],
    [
      {
        adversary: [{ type: 'signature-flood', host: 'n000', target: 'n002', rate: 1, window: 1, seconds: 1 }],
      },
      'two: adversary.0.target: no host "n002" (did you mean n000?)',
    ],
    [
      { adversary: [{ type: 'split-registration', host: 'n001', second: ['n002'] }] },
      'two: adversary.0.second: no host "n002" (did you mean n000?)',
    ],
    [
      { adversary: [{ type: 'lying-server', hosts: ['n000'], to: ['n002'], lie: 'drip' }] },
      'two: adversary.0.to: no host "n002" (did you mean n000?)',
    ],
    [
      {
        hosts: [{ count: 1 }, { count: 1, joins: 3 }],
        adversary: [{ type: 'lying-server', hosts: ['n001'], to: ['n000'], lie: 'invented' }],
      },
      'two: adversary.0.hosts: n001 joins, so it cannot invent a history',
    ],
  ])('with %j is refused in one line', (changes, line) => {
    expect(told(() => parseScenario({ ...written(), ...changes }, 'two'))).toBe(line);
  });
});

describe('--set', () => {
  const changed = (...settings: readonly string[]): Record<string, unknown> => {
    const input = written();
    for (const setting of settings) applySetting(input, setting);
    return input;
  };

  test('takes JSON where the value is JSON, else text', () => {
    expect(changed('nodes=7', 'title=Seven nodes', 'memo=false', 'seed="1"')).toMatchObject({
      ...{ nodes: 7, title: 'Seven nodes', memo: false, seed: '1' },
    });
  });

  test('reaches into lists, adds to their end, and makes what is missing', () => {
    expect(changed('hosts.0.speed=900', 'hosts.1.count=3').hosts).toEqual([{ count: 2, speed: 900 }, { count: 3 }]);
    expect(changed('network.links=3', 'expect.0.property=supply', 'expect.0.is=holds')).toMatchObject({
      network: { links: 3 },
      expect: [{ property: 'supply', is: 'holds' }],
    });
  });

  test('of one rule keeps the other rules', () => {
    expect(changed('rules.finality=votes').rules).toEqual({ finality: 'votes' });
    expect(changed('rules=published', 'rules.finality=votes').rules).toEqual({ ...PUBLISHED, finality: 'votes' });
  });

  test.each([
    ['nodes', '--set nodes: write path=value'],
    ['=3', '--set =3: write path=value'],
    ['title.x=3', '--set title.x=3: title has no fields'],
    ['hosts.x.speed=3', '--set hosts.x.speed=3: "x" is no index there'],
    ['hosts.2.speed=3', '--set hosts.2.speed=3: "2" is no index there'],
    ['network..x=3', '--set network..x=3: "" is no field'],
    ['__proto__.x=3', '--set __proto__.x=3: "__proto__" is no field'],
  ])('%s is refused', (setting, line) => {
    expect(told(() => changed(setting))).toBe(line);
  });
});

describe('a variant', () => {
  const holds = [{ property: 'supply', is: 'holds' }];
  const varied = (name: string, variants: unknown): Record<string, unknown> => {
    const input = { ...written(), variants };
    applyVariant(input, name);
    return input;
  };
  const variants = {
    slow: { set: { 'hosts.0.speed': 500, title: 'Slow', rules: { finality: 'first-valid' } } },
    short: { set: { windows: 1 }, expect: holds },
  };

  test('changes the fields it names, and what is expected if it says so', () => {
    expect(varied('slow', variants)).toEqual({
      ...{ ...written(), variants, title: 'Slow', rules: { finality: 'first-valid' } },
      hosts: [{ count: 2, speed: 500 }],
    });
    expect(varied('short', variants)).toEqual({ ...written(), variants, windows: 1, expect: holds });
  });

  test('is refused where there is none of that name', () => {
    expect(told(() => varied('shrt', variants))).toBe('no variant "shrt" (did you mean short?); it has slow, short');
    expect(told(() => varied('slow', undefined))).toBe('no variant "slow"; it has none');
  });

  test('is refused like any other field where it is written wrongly', () => {
    const input = varied('slow', { slow: { sett: {} } });
    expect(told(() => parseScenario(input, 'two'))).toBe('two: variants.slow.set: is missing');
  });
});

test('names of hosts are in the order of their numbers', () => {
  for (const nodes of [1, 1000, 1001, 2000]) {
    const names = hostNames(nodes);
    expect([...names].sort()).toEqual(names);
  }
  expect(hostNames(2)).toEqual(['n000', 'n001']);
});

test('a suggestion is near: three changes at most, and not half of the name', () => {
  expect(suggestion('windws', ['nodes', 'windows'])).toBe(' (did you mean windows?)');
  expect(suggestion('abc', ['xyz'])).toBe('');
  expect(suggestion('tour', ['foo'])).toBe('');
  expect(suggestion('partition-haels', ['partition-heal'])).toBe(' (did you mean partition-heal?)');
  expect(suggestion('partition-hxxxx', ['partition-heal'])).toBe('');
});
