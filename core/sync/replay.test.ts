import { describe, expect, it } from 'vitest';
import { IdMap } from '../collections/id-map.ts';
import type { Operation, Registration } from '../consensus/objects.ts';
import { sampledRegistration } from '../entry/chains.suite.ts';
import { decodeRegistration, REGISTRATION_SIZE } from '../entry/registration.ts';
import type { Rules } from '../genesis/rules.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { anySignature, step, type TestStep, testSettled } from '../transition/network.suite.ts';
import type { ArchiveEntry } from '../wire/messages.ts';
import { replayEntry } from './replay.ts';

/** Refused wherever it is listed, so nothing keeps it from being listed again (05 §3). */
const first = sampledRegistration([idOf(1), idOf(2)]);

/** The same under another signature. */
const second = ((): Registration => {
  const bytes = first.bytes.slice();
  bytes[REGISTRATION_SIZE - 1] = 1;
  const decoded = decodeRegistration(bytes);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
})();

const entryOf = ({ header, input, outcome }: TestStep): ArchiveEntry => ({
  header,
  bundles: input.bundles,
  reveals: input.reveals,
  operations: outcome.applied,
  registrations: input.registrations.map(({ id }) => id),
});

describe('catch-up over a registration that was signed twice (09 §3: entries name it by nodereg_hash)', () => {
  /** Windows 0 and 1 list it under one signature each; which of the two a joiner can replay, who has the one body it was given. */
  const replayed = (controlLeaf: Rules['controlLeaf'], given: Registration): readonly boolean[] => {
    const genesis = testSettled({ rules: { controlLeaf } });
    const zero = step(genesis, { registrations: [first] });
    const one = step(zero.settled, { registrations: [second] });
    expect(zero.outcome.registrations.map(({ fault }) => fault)).not.toContain(undefined);
    const bodies = IdMap.from<Operation | Registration>([[given.id, given]]);
    const tools = { verify: anySignature, meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 } };
    return [
      replayEntry(genesis, entryOf(zero), bodies, tools) !== undefined,
      replayEntry(zero.settled, entryOf(one), bodies, tools) !== undefined,
    ];
  };

  it('is one object by name, two by bytes', () => {
    expect(second.id).toBe(first.id);
    expect(second.bytes).not.toEqual(first.bytes);
  });

  it('as published a body serves one of the two windows, and no other can be asked for', () => {
    expect(replayed('whole', first)).toEqual([true, false]);
    expect(replayed('whole', second)).toEqual([false, true]);
  });

  it('with a root over the signed scope either body serves both', () => {
    expect(replayed('scope', first)).toEqual([true, true]);
    expect(replayed('scope', second)).toEqual([true, true]);
  });
});
