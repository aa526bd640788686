import { expect, it } from 'vitest';
import { concat } from '../bytes/bytes.ts';
import { JournalReader } from '../journal/container.ts';
import { troubleInWords } from '../journal/difference.ts';
import { HostRecorder } from '../journal/recorder.ts';
import { HostReplay } from '../journal/replay.ts';
import type { HostSetting } from '../journal/setting.ts';
import { cheapVerify } from '../operations/accounts.suite.ts';
import type { CandidateChain } from '../participant/types.ts';
import { sourceOf } from '../snapshot/source.ts';
import type { Settled } from '../transition/settled.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { Net, type Seat } from './net.suite.ts';

/** The newest anchor when windows up to 68 are final: one needs the certificate of the window after it. */
const LAST = 68;
const ANCHOR = 62;

it.each([
  ['goes on with its chain behind a snapshot', false],
  ['goes on with it when it crashes behind the snapshot', true],
])('a candidate that was away for more than 64 windows %s, and its journal replays', (_, crashes) => {
  const journal: Uint8Array[] = [];
  let recorder: HostRecorder | undefined;
  // One founder and one candidate, whose chain may be 2τ₂ = 128 windows old (05 §3).
  const net = new Net(1, 0, {
    ...{ candidates: 1, d0: 100, tau2Windows: 64, iteration: 600_000 },
    recorder: ({ index, key, operator }, { paramsBytes }) => {
      if (index === 0) return undefined;
      const setting: HostSetting = {
        name: 'candidate',
        genesis: paramsBytes,
        nodes: [],
        publicKey: key.publicKey,
        entry: operator && { operator: operator.publicKey, from: 0 },
        timers: 'ordinary',
        adoption: 'bundles',
        stem: false,
        fastSync: true,
        checkpoint: undefined,
        suite: 'cheap',
        secret: new Uint8Array(0),
      };
      recorder ??= new HostRecorder(setting, (bytes) => journal.push(bytes));
      return recorder;
    },
  });
  const [founder, candidate] = net.seats as readonly [Seat, Seat];
  // What a shell does beside the host.
  net.passes = (message, from, to) => {
    if (message.type !== 'snapshot-request') return true;
    const { requestId, anchorWindow, resumeOffset } = message;
    const source = sourceOf((founder.disk.anchor(anchorWindow) as Settled).state);
    for (let index = resumeOffset; index < source.totalChunks; index++) {
      const chunk = source.chunk(index) as FastSyncResponse;
      net.send(to, from, { type: 'snapshot-chunk', requestId, ...chunk });
    }
    return true;
  };
  const chainOnDisk = (): CandidateChain => candidate.disk.opened().open?.chain as CandidateChain;

  net.startAlone();
  expect(net.until(() => candidate.finals.length === 4, 600)).toBe(true);
  net.crash(1);
  const chain = chainOnDisk();
  expect([chain.wStart, chain.checkpoints.length]).toEqual([0, 3]);
  expect(net.until(() => founder.finals.at(-1)?.settled.window === LAST, 60 * 80)).toBe(true);
  net.restart(1);
  // Nothing was persisted since the snapshot: the record is that of window 4.
  expect(net.until(() => candidate.disk.opened().settled.window >= ANCHOR, 60)).toBe(true);
  expect(candidate.disk.opened()).toMatchObject({ settled: { window: ANCHOR }, open: { window: 4, chain } });
  if (crashes) {
    net.crash(1);
    net.restart(1);
  }
  expect(net.until(() => candidate.finals.at(-1)?.settled.window === LAST + 5, 600)).toBe(true);
  expect(candidate.finals[4]?.settled.window).toBe(ANCHOR + 1);
  const { wStart, checkpoints } = chainOnDisk();
  expect([wStart, checkpoints.slice(0, 3)]).toEqual([0, chain.checkpoints]);
  expect(checkpoints.length).toBeGreaterThan(3);

  recorder?.end();
  const reader = new JournalReader();
  const replay = new HostReplay({ verifier: () => cheapVerify });
  for (const block of reader.push(concat(...journal))) {
    const trouble = replay.take(block);
    expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
  }
  expect(reader.finish().type).toBe('whole');
});
