import { describe, expect, it } from 'vitest';
import { casesOf } from './cases.ts';
import { difference } from './compare.ts';
import { runHistory } from './histories.ts';
import { Input } from './input.ts';

const histories = [...casesOf('histories_montana'), ...casesOf('histories_published')];

const historyOf = (id: string) => {
  const found = histories.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`no history ${id}`);
  return found;
};

/** The first `windows` windows of a history. */
const beginning = (id: string, windows: number) => {
  const entry = historyOf(id);
  const cut = (value: unknown): unknown[] => (value as unknown[]).slice(0, windows);
  const { genesis_state_hash } = entry.out;
  return {
    in: { ...entry.in, windows: cut(entry.in.windows) },
    out: { genesis_state_hash, windows: cut(entry.out.windows) },
  };
};

/** Some of the histories; the deep test runs all of them. */
describe('histories', () => {
  it('are all there', () => {
    expect(histories).toHaveLength(56);
  });

  it.each(['hist-montana-0042', 'hist-published-0041', 'hist-montana-0028', 'hist-published-0032'])(
    '%s comes out of the core field by field, and of the model root by root',
    (id) => {
      const entry = historyOf(id);
      expect(difference(entry.out, runHistory(new Input(entry.in), 'printed'))).toBeUndefined();
    },
  );

  it('exclude a leader that led again, where the decisions do not', () => {
    const entry = beginning('hist-montana-0005', 6);
    expect(difference(entry.out, runHistory(new Input(entry.in), 'printed'))).toBeUndefined();
    expect(difference(entry.out, runHistory(new Input(entry.in)))).toMatch(/^windows\[5\]\.winner_id: /);
  });

  it('are told from histories with one moneta more or one bundle less', () => {
    const entry = beginning('hist-montana-0042', 12);
    const rich = structuredClone(entry) as typeof entry & { in: { params: Record<string, unknown> } };
    rich.in.params.emission_moneta = '13000000001';
    expect(difference(entry.out, runHistory(new Input(rich.in)))).toMatch(/^genesis_state_hash: /);
    const lonely = structuredClone(entry) as { in: { windows: { bundles: unknown[] }[] } };
    lonely.in.windows[11]?.bundles.pop();
    expect(difference(entry.out, runHistory(new Input(lonely.in)))).toMatch(/^windows\[11\]\./);
  });
});
