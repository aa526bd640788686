import { describe, expect, test } from 'vitest';
import { troubleInWords } from '#core/journal/difference.ts';
import { effectsOf, entriesOf, hostRecorded, recordsOf, replayed } from '#sim/trace/host-records.suite.ts';
import { short } from '#sim/trace/recorded.suite.ts';

const HOST = 'n003';

/** One of four nodes is away for 68 windows, an anchor every six: at its return the newest is 68, or 62. */
const away = () =>
  short({
    windows: 80,
    faults: [
      { type: 'crash', window: 2, hosts: [HOST] },
      { type: 'restart', window: 70, hosts: [HOST] },
    ],
  });

describe('a host that was away for more than 64 windows', () => {
  const { result, bytes } = hostRecorded(away(), HOST);
  const effects = recordsOf(entriesOf(bytes)).flatMap(effectsOf);
  const notices = effects.flatMap((effect) => (effect.type === 'notice' ? [effect.notice] : []));

  test('comes back by a snapshot, goes on from it window by window, and stands where the others stand', () => {
    const adopted = effects.filter((effect) => effect.type === 'adopt');
    expect(adopted.map(({ window }) => window)).toEqual([68]);
    const phases = notices.flatMap((notice) => (notice.type === 'catch-up' ? [notice.phase] : []));
    expect(phases).toEqual(['chunks', 'side', 'side', 'measure']);
    expect(notices.filter(({ type }) => type === 'penalty')).toEqual([]);
    const finals = notices.flatMap((notice) => (notice.type === 'final' ? [notice] : []));
    expect(finals.map(({ window }) => window).filter((window) => window > 2)).toEqual(
      Array.from({ length: 80 - 68 }, (_, i) => 69 + i),
    );
    expect(finals.at(-1)?.stateRoot).toBe(result.stateRoot);
    expect(result.properties.filter(({ met }) => !met)).toEqual([]);
  });

  test('its journal replays to the same effects', () => {
    const { trouble, end } = replayed(bytes);
    expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
    expect(end).toBe('whole');
  });
});
