import { beforeEach, describe, expect, test } from 'vitest';
import { concat, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import { makeVote } from '#core/consensus/vote.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import type { Notice } from '#core/host/host.ts';
import { makeOperation } from '#core/operations/codec.ts';
import type { FinalRecord, Opened } from '#core/participant/types.ts';
import { OP_ACCOUNT, OP_OPERATION, OP_STATUS, OPERATION_SHOWN, STATUS_SHOWN } from '#core/services/host-request.ts';
import { OperationFates } from '#core/services/operation-fates.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import { decodeEnvelope, encodeEnvelope } from '#core/wire/envelope.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';
import { Clients } from './clients.ts';
import { tellFates } from './fates.ts';
import { accountKey, anchorOf, genesisOf, nodeKey } from './net.suite.ts';

const genesis = genesisSettled(buildGenesis(genesisOf(2, 1_000)), new MemoryBase());
const account = anchorOf(1).sender;
const LINK = 4;

/** Bodies of windows that nobody looks into. */
const entry = { header: { bytes: new Uint8Array(3_722) }, operations: [] as readonly string[] } as ArchiveEntry;
const precommit = makeVote(
  { phase: 2, round: 1, window: 7, proposalHash: ZERO_ID, nodeId: nodeId(nodeKey(0).publicKey) },
  nodeKey(0),
);
const settled = { ...genesis, window: 7 };
const final = (changes: Partial<FinalRecord> = {}) =>
  ({
    type: 'final',
    round: 1,
    record: {
      settled: { ...genesis, window: 8 },
      entry,
      operations: [],
      certificate: [precommit],
      ...changes,
    } as FinalRecord,
  }) as const;

const said: string[] = [];
const submitted: Operation[] = [];
let answers: Uint8Array[] = [];
beforeEach(() => {
  for (const list of [said, submitted, answers]) list.splice(0);
});

const clientsOf = (
  opened: Partial<Opened> = {},
  header = true,
  fates = new OperationFates(() => undefined),
): Clients => {
  const clients = new Clients(
    { settled, open: undefined, ...opened },
    { entry: () => (header ? entry : undefined) },
    fates,
    {
      send: (link, envelope) => {
        said.push(`send ${link}`);
        answers.push(envelope);
      },
      submit: (operation) => void submitted.push(operation),
      penalty: (link, reason) => void said.push(`penalty ${link} ${reason}`),
    },
  );
  clients.up(LINK, account);
  return clients;
};

const ask = (clients: Clients, op: number, body: Uint8Array = new Uint8Array(0)): number | undefined => {
  answers = [];
  clients.message(
    LINK,
    encodeEnvelope({ code: 0x66, requestId: 3n, payload: concat(Uint8Array.of(op), body) }),
    false,
    0,
  );
  const [answer] = answers;
  const decoded = answer && decodeEnvelope(answer);
  return decoded?.ok ? decoded.value.payload[1] : undefined;
};
/** The last final window, as op 15 says. */
const windowIn = (clients: Clients): number | undefined => {
  ask(clients, OP_STATUS);
  const decoded = answers[0] && decodeEnvelope(answers[0]);
  const shown = decoded?.ok ? STATUS_SHOWN.decode(decoded.value.payload.subarray(2)) : undefined;
  return shown?.ok ? Number(shown.value.finalWindow) : undefined;
};
const proven = (clients: Clients): number | undefined =>
  ask(clients, OP_ACCOUNT, concat(Buffer.from(account, 'hex'), Uint8Array.of(1)));

describe('account clients', () => {
  test('are answered on their links, until these are down', () => {
    const clients = clientsOf();
    expect(clients.has(LINK)).toBe(true);
    expect(ask(clients, OP_STATUS)).toBe(0);
    expect(clients.down(LINK)).toBe(true);
    expect([clients.has(LINK), clients.down(LINK)]).toEqual([false, false]);
    expect(said).toEqual([`send ${LINK}`]);
  });

  test('are not served on a stem, nor with a key that is no account’s any more', () => {
    const clients = clientsOf();
    clients.message(LINK, encodeMessage({ type: 'stem', object: anchorOf(1) as Operation }), true, 0);
    clients.up(5, undefined);
    clients.message(5, encodeEnvelope({ code: 0x66, requestId: 3n, payload: Uint8Array.of(OP_STATUS) }), false, 0);
    expect(said).toEqual([`penalty ${LINK} NotForAccounts`, 'penalty 5 NotForAccounts']);
    expect(clients.has(5)).toBe(true);
  });

  test('have accounts proven by the last certificate, also one from before a restart', () => {
    const open = { window: 8, certificate: [precommit] } as unknown as Opened['open'];
    const restarted = clientsOf({ open });
    expect(proven(restarted)).toBe(0);
    expect(proven(clientsOf())).toBe(12);
    expect(proven(clientsOf({ open }, false))).toBe(12);
    expect(proven(clientsOf({ open: { ...open!, window: 9 } }))).toBe(12);
    restarted.notice(final({ certificate: [] }));
    expect(proven(restarted)).toBe(12);
    restarted.notice(final());
    expect(proven(restarted)).toBe(0);
  });

  test('after a snapshot they are told of its state, which no certificate proves yet', () => {
    const open = { window: 8, certificate: [precommit] } as unknown as Opened['open'];
    const clients = clientsOf({ open });
    expect([proven(clients), windowIn(clients)]).toEqual([0, 7]);
    clients.adopted({ ...genesis, window: 90 });
    expect([proven(clients), windowIn(clients)]).toEqual([12, 90]);
    const { settled, ...rest } = final().record;
    clients.notice({ ...final(), record: { ...rest, settled: { ...settled, window: 91 } } });
    expect([proven(clients), windowIn(clients)]).toEqual([0, 91]);
  });

  test('hand in operations as the user does, and hear what became of them', () => {
    const fates = new OperationFates(() => undefined);
    const clients = clientsOf({}, true, fates);
    const tell = (notice: Notice): boolean => {
      tellFates(fates, notice);
      return clients.notice(notice);
    };
    const made = anchorOf(1) as Operation;
    clients.message(LINK, encodeMessage({ type: 'object', object: made }), false, 0);
    expect(submitted.map(({ id }) => id)).toEqual([made.id]);
    const operation = submitted[0]!;
    const state = (): number | undefined => {
      ask(clients, OP_OPERATION, new Uint8Array(Buffer.from(operation.id, 'hex')));
      const decoded = answers[0] && decodeEnvelope(answers[0]);
      const shown = decoded?.ok ? OPERATION_SHOWN.decode(decoded.value.payload.subarray(2)) : undefined;
      return shown?.ok ? shown.value.state : undefined;
    };
    expect(state()).toBe(0);
    expect(tell({ type: 'submitted', operation, verdict: { type: 'accept' } })).toBe(true);
    expect(state()).toBe(1);
    // The node's own user may have handed in the same.
    expect(tell({ type: 'submitted', operation, verdict: { type: 'stale' } })).toBe(false);
    tell({ type: 'confirmed', notice: { operation: operation.id, window: 8 } });
    expect(state()).toBe(2);
    // Cemented, but not valid in its window.
    tell(final({ operations: [operation] }));
    expect(state()).toBe(5);
    tell(final({ entry: { ...entry, operations: [operation.id] }, operations: [operation] }));
    expect(state()).toBe(4);
  });

  test('are penalised for what they forge, not for what came too late', () => {
    const clients = clientsOf();
    const operations = [1, 2].map(
      (data) =>
        makeOperation(
          { type: 'Anchor', sender: account, prevHash: ZERO_ID, appId: ZERO_ID, dataHash: `${data}`.padEnd(64, '0') },
          accountKey(1),
        ) as Operation,
    );
    for (const [i, operation] of operations.entries()) {
      clients.message(LINK, encodeMessage({ type: 'object', object: operation }), false, 0);
      const reason = i === 0 ? 'InvalidPrevHash' : 'InvalidSignature';
      clients.notice({ type: 'submitted', operation: submitted[i]!, verdict: { type: 'reject', reason } });
    }
    expect(said).toEqual([`penalty ${LINK} InvalidSignature`]);
  });

  test('are penalised for what they forge themselves, and the owner is told of his own', () => {
    const clients = clientsOf();
    const [other, gone] = [LINK + 1, LINK + 2];
    clients.up(other, account);
    clients.up(gone, account);
    const operation = anchorOf(1) as Operation;
    // An id covers no signature: a forged copy has the same.
    for (const link of [LINK, other, gone]) {
      clients.message(link, encodeMessage({ type: 'object', object: operation }), false, 0);
    }
    const [forged, honest, left] = submitted as [Operation, Operation, Operation];
    expect(new Set(submitted.map(({ id }) => id)).size).toBe(1);
    clients.down(gone);
    const reject = (of: Operation): boolean =>
      clients.notice({ type: 'submitted', operation: of, verdict: { type: 'reject', reason: 'InvalidSignature' } });
    // The owner's own waits no longer, while the verdicts on theirs come windows later.
    expect(reject(operation)).toBe(false);
    expect(clients.notice({ type: 'submitted', operation: honest, verdict: { type: 'accept' } })).toBe(true);
    expect([reject(forged), reject(left)]).toEqual([true, true]);
    expect(said).toEqual([`penalty ${LINK} InvalidSignature`]);
    expect([reject(forged), reject(honest)]).toEqual([false, false]);
  });
});
