import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { fail, type Result } from '../bytes/result.ts';
import { nodeId as idOfNode } from '../crypto/ids.ts';
import { encodeNodeRecord } from '../state/records.ts';
import { timechainStep } from '../timechain/chain.ts';
import { inputFor, nodeKey, step, type TestStep, testSettled } from '../transition/network.suite.ts';
import { openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import { isAnchorWindow, type SideEntry, type SideError, SideFromArchive } from './side-from-archive.ts';

const FOUNDERS = 5;

/** `windows` windows, each with signers and revealers of its own choice; nobody signs alone. */
const history = (
  windows: number,
  tau2Windows: number,
  depthOf = (_window: number): number => 1,
): readonly TestStep[] => {
  const steps: TestStep[] = [];
  let settled: Settled = testSettled({ founders: FOUNDERS, params: { tau2Windows: BigInt(tau2Windows) } });
  for (let window = 0; window < windows; window++) {
    const some = (ids: readonly Id[], salt: number): readonly Id[] =>
      ids.filter((_, i) => i === 0 || Math.imul(window * 7 + i * 3 + salt, 0x9e37_79b1) >>> 29 > 2);
    const open = openWindow(settled);
    // The last founder falls silent for long, so that it is active in some windows of an epoch and not in others.
    const awake = open.roster.members.filter(({ slot }) => slot < FOUNDERS - 1 || window < 6);
    const signers = some(
      awake.map(({ nodeId }) => nodeId),
      1,
    );
    const revealers = some(
      inputFor(settled).reveals.map(({ nodeId }) => nodeId),
      2,
    );
    const next = step(settled, { signers, revealers, fallbackDepth: depthOf(window) });
    steps.push(next);
    settled = next.settled;
  }
  return steps;
};

interface SideArchive {
  entry(window: number): SideEntry | undefined;
  d(window: number): number | undefined;
}

/** Feeds what an archive has, newest first, and measures what it is told to. */
const settledFromArchive = (
  network: Settled['network'],
  state: Settled['state'],
  anchor: TestStep['header'],
  archive: SideArchive,
): Result<Settled, SideError> => {
  const side = new SideFromArchive(network, state, anchor);
  while (side.next >= side.end) {
    const entry = archive.entry(side.next);
    if (entry === undefined) break;
    const error = side.take(entry);
    if (error !== undefined) return fail(error);
  }
  const measured = side.stretches().flatMap(({ window, from, to }) => {
    const d = archive.d(window);
    if (d !== undefined) expect(timechainStep(from, d)).toBe(to);
    return d === undefined ? [] : [{ window, d }];
  });
  return side.settled(measured);
};

const archiveOf = (steps: readonly TestStep[]): SideArchive => ({
  entry: (window) => {
    const at = steps[window];
    return at && { header: at.header, bundles: at.input.bundles, reveals: at.input.reveals };
  },
  d: (window) => steps[window]?.settled.side.past.at(-1)?.d,
});

const derive = (steps: readonly TestStep[], window: number, archive = archiveOf(steps)) => {
  const { settled, header } = steps[window] as TestStep;
  return settledFromArchive(settled.network, settled.state, header, archive);
};

const errorOf = (...input: Parameters<typeof derive>): string | undefined => {
  const derived = derive(...input);
  return derived.ok ? undefined : derived.error;
};

describe('the side state behind a snapshot', () => {
  it.each([3, 4, 7])('is the one that applying every window gave, with τ₂ = %i', (tau2) => {
    const steps = history(10 * tau2, tau2);
    let derivable = 0;
    steps.forEach(({ settled }, window) => {
      const derived = derive(steps, window);
      if (!isAnchorWindow(window, BigInt(tau2))) {
        expect(derived).toEqual({ ok: false, error: 'AnchorAtBoundary' });
        return;
      }
      derivable++;
      if (!derived.ok) throw new Error(derived.error);
      const { digest, ...side } = derived.value.side;
      const { digest: _, ...expected } = settled.side;
      expect(side).toEqual(expected);
      expect(digest).toBe(settled.side.proposalHash);
      expect(derived.value.window).toBe(window);
    });
    expect(derivable).toBe(tau2 + 9 * (tau2 - 2));
    // The history is not a trivial one.
    const sides = steps.map(({ settled }) => settled.side);
    expect(new Set(sides.flatMap(({ participation }) => participation)).size).toBeGreaterThan(5);
    expect(new Set(sides.map(({ dNext }) => dNext)).size).toBeGreaterThan(1);
    expect(new Set(sides.map(({ basis }) => basis?.entries.length)).size).toBeGreaterThan(1);
  });

  it('is what the next window stands on: it opens and settles alike', () => {
    const steps = history(12, 4);
    const derived = derive(steps, 10);
    if (!derived.ok) throw new Error(derived.error);
    const { outcome, header } = step(derived.value, { ...steps[11]?.input, signers: [], revealers: [] });
    const twin = step((steps[10] as TestStep).settled, { ...steps[11]?.input, signers: [], revealers: [] });
    expect(header.id).toBe(twin.header.id);
    expect(outcome.stateRoot).toBe(twin.outcome.stateRoot);
  });

  it('does not count a node before it came', () => {
    const steps = history(11, 7);
    const { settled, header } = steps[10] as TestStep;
    const key = nodeKey(90).publicKey;
    const node = { ...[...settled.state.nodes()][0], nodeId: idOfNode(key), nodePubkey: key, chainLength: 1n } as const;
    const latecomer = (startWindow: bigint) => {
      const record = encodeNodeRecord({ ...node, startWindow, lastConfirmationWindow: 0n } as never);
      const state = settled.state.with(settled.state.apply({ node: [[node.nodeId, record]] }).delta);
      const derived = settledFromArchive(settled.network, state, header, archiveOf(steps));
      if (!derived.ok) throw new Error(derived.error);
      const isIn = (basis: Settled['side']['basis']) => basis?.entries.some(({ nodeId }) => nodeId === node.nodeId);
      return [isIn(derived.value.side.basisBefore), isIn(derived.value.side.basis)];
    };
    expect([latecomer(8n), latecomer(9n), latecomer(10n)]).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  it('cannot be had at a boundary nor one window later, save in the first τ₂', () => {
    const of = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10].map((window) => isAnchorWindow(window, 4n));
    expect(of).toEqual([true, true, true, false, false, true, true, false, false, true]);
  });

  it('cannot be had right after a fallback, and can two windows later', () => {
    const steps = history(16, 7, (window) => (window === 11 ? 2 : 1));
    expect([10, 11, 12, 13].map((window) => errorOf(steps, window))).toEqual([
      undefined,
      'AnchorAfterFallback',
      'AnchorAfterFallback',
      undefined,
    ]);
  });

  it('needs all of the last 4τ₂ windows, the one before for its T, and none before that', () => {
    const steps = history(19, 4);
    const without = (gap: number): SideArchive => {
      const archive = archiveOf(steps);
      return { ...archive, entry: (window) => (window === gap ? undefined : archive.entry(window)) };
    };
    expect([18, 10, 2, 1].map((gap) => errorOf(steps, 18, without(gap)))).toEqual([
      'EntryMissing',
      'EntryMissing',
      'EntryMissing',
      undefined,
    ]);
  });

  it('needs the D of each epoch once, but for that of genesis', () => {
    const steps = history(40, 4);
    const { settled, header } = steps[18] as TestStep;
    const side = new SideFromArchive(settled.network, settled.state, header);
    while (side.next >= side.end) side.take(archiveOf(steps).entry(side.next) as SideEntry);
    // D of 8 is in force from 10 on; 3, 4 and 5 have that of genesis.
    expect(side.stretches().map(({ window }) => window)).toEqual([9, 13, 17, 18]);
    const withoutD = (gap: number): SideArchive => {
      const archive = archiveOf(steps);
      return { ...archive, d: (window) => (window === gap ? undefined : archive.d(window)) };
    };
    expect([18, 9, 8].map((gap) => errorOf(steps, 18, withoutD(gap)))).toEqual(['DMissing', 'DMissing', undefined]);
    const d = (window: number): number => steps[window]?.settled.side.past.at(-1)?.d as number;
    expect(side.mostD(5, 0, d(5))).toBe(d(5));
    for (const [earlier, window] of [
      [0, 9],
      [9, 13],
      [13, 17],
      [17, 18],
    ] as const) {
      expect(side.mostD(window, earlier, d(earlier))).toBeGreaterThanOrEqual(d(window));
    }
  });

  it('takes no entry that the anchor does not name, and no list that its header does not commit', () => {
    const steps = history(19, 4);
    const archive = archiveOf(steps);
    const other = history(19, 4, (window) => (window === 9 ? 2 : 1));
    expect(errorOf(steps, 18, archiveOf(other))).toBe('EntryMismatch');
    for (const list of ['bundles', 'reveals'] as const) {
      const changed = (change: (ids: readonly { nodeId: Id; hash: Id }[]) => readonly { nodeId: Id; hash: Id }[]) =>
        errorOf(steps, 18, {
          ...archive,
          entry: (window) => {
            const entry = archive.entry(window);
            return entry && window === 14 ? { ...entry, [list]: change(entry[list]) } : entry;
          },
        });
      expect(changed((ids) => ids)).toBeUndefined();
      expect(changed((ids) => ids.slice(1))).toBe('EntryMismatch');
      expect(changed((ids) => [...ids, ...ids.slice(-1)])).toBe('EntryMismatch');
      expect(changed((ids) => ids.map((id) => ({ ...id, hash: 'ab'.repeat(32) })))).toBe('EntryMismatch');
    }
  });
});
