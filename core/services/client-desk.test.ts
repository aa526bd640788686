import { describe, expect, test } from 'vitest';
import { concat, type Id, ZERO_ID } from '../bytes/bytes.ts';
import type { Anchor, Vote } from '../consensus/objects.ts';
import { makeVote } from '../consensus/vote.ts';
import { cheapKey, cheapVerify, idOf, ownId } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { Party } from '../participant/party.suite.ts';
import type { FinalRecord } from '../participant/types.ts';
import { decodeEnvelope, encodeEnvelope } from '../wire/envelope.ts';
import {
  BATCH_LOOKUP_EXISTENCE,
  BATCH_LOOKUP_REQUEST,
  RANGE_SUBSCRIBE_REQUEST,
  RANGE_SUBSCRIBE_RESPONSE,
} from '../wire/payloads.ts';
import { encodeCertificate } from './certificate-proof.ts';
import { ClientDesk, type DeskSource, MAX_ACCOUNTS_READ, MAX_HOST_REQUESTS, MAX_OPERATIONS } from './client-desk.ts';
import {
  ACCOUNT_PROVEN,
  ACCOUNT_REQUEST,
  ACCOUNT_SHOWN,
  OP_ACCOUNT,
  OP_OPERATION,
  OP_STATUS,
  OPERATION_REQUEST,
  OPERATION_SHOWN,
  STATUS_SHOWN,
} from './host-request.ts';
import { OperationFates } from './operation-fates.ts';
import { judgeProvenAccount, type TrustedNodes } from './proven-account.ts';

/** A network of four that closed three windows. */
const party = new Party({ count: 4 });
party.start();
party.until(() => party.seats.every(({ finals }) => finals.length >= 3));
const seat = party.seats[0]!;
const record = seat.finals[2] as FinalRecord;
const founder = ownId(seat.accountKey);
const CLIENT = idOf(99);

const sourceOf = (final: FinalRecord): DeskSource => ({
  settled: final.settled,
  certified: { header: final.entry.header, certificate: encodeCertificate(final.certificate) },
  fates: new OperationFates(() => undefined),
});
const source = sourceOf(record);

const envelope = (code: number, payload: Uint8Array, requestId = 7n): Uint8Array =>
  encodeEnvelope({ code, requestId, payload });
const host = (op: number, body: Uint8Array): Uint8Array => envelope(0x66, concat(Uint8Array.of(op), body));
const accountRequest = (accountId: Id, isProofWanted: boolean): Uint8Array =>
  host(OP_ACCOUNT, ACCOUNT_REQUEST.encode({ accountId, isProofWanted }));

/** What a desk says: code and payload of its reply, or its word. */
const said = (desk: ClientDesk, bytes: Uint8Array, from = source, client = CLIENT, now = 0) => {
  const answer = desk.take(bytes, client, now, from);
  if (answer.type === 'penalty') return answer.reason;
  if (answer.type !== 'reply') return answer.type;
  const decoded = decodeEnvelope(answer.envelope);
  if (!decoded.ok) throw new Error(decoded.error);
  expect(decoded.value.requestId).toBe(7n);
  return decoded.value;
};

/** Op, status and body of a 0x67. */
const served = (desk: ClientDesk, bytes: Uint8Array, from = source) => {
  const reply = said(desk, bytes, from);
  if (typeof reply === 'string') throw new Error(reply);
  expect(reply.code).toBe(0x67);
  const [op, status] = reply.payload;
  return { op, status, body: reply.payload.subarray(2) };
};

describe('what an account client is answered (06 §8, 10 §4)', () => {
  test('which of sixteen accounts exist, and that no blob waits here', () => {
    const desk = new ClientDesk();
    const accountIds = Array.from({ length: 16 }, (_, i) => (i === 5 ? founder : idOf(i)));
    const lookup = said(desk, envelope(0x60, BATCH_LOOKUP_REQUEST.encode({ queryType: 3, accountIds })));
    const results = accountIds.map((id) => id === founder);
    expect(lookup).toMatchObject({ code: 0x61, payload: BATCH_LOOKUP_EXISTENCE.encode({ queryType: 3, results }) });
    const blobs = said(desk, envelope(0x63, RANGE_SUBSCRIBE_REQUEST.encode({ labels: [idOf(1)] })));
    expect(blobs).toMatchObject({ code: 0x64, payload: RANGE_SUBSCRIBE_RESPONSE.encode({ blobs: [] }) });
    const short = BATCH_LOOKUP_REQUEST.encode({ queryType: 3, accountIds: accountIds.slice(1) });
    expect(said(desk, envelope(0x60, short))).toMatchObject({ code: 0x62, payload: Uint8Array.of(3, 3) });
    expect(said(desk, envelope(0x60, Uint8Array.of(3)))).toBe('Malformed');
  });

  test('an account, with and without what proves it', () => {
    const desk = new ClientDesk();
    const shown = served(desk, accountRequest(founder, false));
    const decoded = ACCOUNT_SHOWN.decode(shown.body);
    expect([shown.op, shown.status, decoded.ok && decoded.value.window]).toEqual([OP_ACCOUNT, 0, 2n]);
    const proven = ACCOUNT_PROVEN.decode(served(desk, accountRequest(founder, true)).body);
    expect(proven.ok && proven.value.header).toEqual(record.entry.header.bytes);
    const { certified: _, ...bare } = source;
    expect(served(desk, accountRequest(founder, true), { ...bare, certified: undefined })).toMatchObject({
      status: 12,
    });
    const genesis = { ...source, settled: party.genesis };
    for (const isProofWanted of [true, false]) {
      expect(served(desk, accountRequest(founder, isProofWanted), genesis)).toMatchObject({ status: 12 });
    }
  });

  test('where the network stands, and what became of an operation', () => {
    const desk = new ClientDesk();
    const stateRoot = record.settled.state.stateRoot();
    const status = STATUS_SHOWN.encode({ finalWindow: 2n, stateRoot, leaseUntil: 0n, used: 0n, quota: 0n });
    expect(served(desk, host(OP_STATUS, new Uint8Array(0)))).toEqual({ op: OP_STATUS, status: 0, body: status });
    const fate = served(desk, host(OP_OPERATION, OPERATION_REQUEST.encode({ operation: idOf(1) })));
    expect(fate.body).toEqual(OPERATION_SHOWN.encode({ state: 0, window: 0n, reason: 0 }));
  });

  test('that other operations are not served, and that lengths are strict', () => {
    const desk = new ClientDesk();
    for (const op of [0, 1, 10, 12, 13, 14, 17, 255]) {
      expect(served(desk, host(op, new Uint8Array(3)))).toMatchObject({ op, status: 9, body: new Uint8Array(0) });
    }
    for (const op of [OP_ACCOUNT, OP_STATUS, OP_OPERATION]) {
      expect(served(desk, host(op, new Uint8Array(1)))).toMatchObject({ op, status: 2 });
    }
    const flag = concat(
      ACCOUNT_REQUEST.encode({ accountId: founder, isProofWanted: true }).subarray(0, 32),
      Uint8Array.of(2),
    );
    expect(served(desk, host(OP_ACCOUNT, flag))).toMatchObject({ status: 2 });
    expect(served(desk, envelope(0x66, new Uint8Array(0)))).toMatchObject({ op: 0, status: 2 });
  });

  test('256 times in a window, sixteen times with an account', () => {
    const desk = new ClientDesk();
    const statusOf = (from = source): unknown => served(desk, host(OP_STATUS, new Uint8Array(0)), from).status;
    for (let i = 0; i < MAX_HOST_REQUESTS; i++) expect(statusOf()).toBe(0);
    expect(statusOf()).toBe(4);
    for (let i = 0; i < MAX_ACCOUNTS_READ; i++) expect(served(desk, accountRequest(founder, true)).status).toBe(0);
    expect(served(desk, accountRequest(founder, true)).status).toBe(4);
    expect(statusOf(sourceOf(seat.finals[1] as FinalRecord))).toBe(0);
  });
});

describe('what it may not send', () => {
  const anchor = makeOperation(
    { type: 'Anchor', sender: founder, prevHash: idOf(1), appId: ZERO_ID, dataHash: ZERO_ID },
    seat.accountKey,
  ) as Anchor;

  test('objects and questions of nodes, requests without a number, bytes that are none', () => {
    const desk = new ClientDesk();
    for (const code of [0x10, 0x20, 0x22, 0x26, 0x28, 0x40, 0x45, 0x50, 0x61, 0x67]) {
      expect(said(desk, envelope(code, new Uint8Array(2)))).toBe('NotForAccounts');
    }
    expect(said(desk, envelope(0x66, Uint8Array.of(OP_STATUS), 0n))).toBe('NoRequestId');
    expect(said(desk, Uint8Array.of(1))).toBe('TruncatedHeader');
    expect(said(desk, envelope(0x99, new Uint8Array(0)))).toBe('ignored');
    expect(said(desk, envelope(0x01, new Uint8Array(5)))).toBe('MalformedObject');
    // An Anchor in the envelope of a Transfer.
    expect(said(desk, envelope(0x01, anchor.bytes))).toBe('MalformedObject');
  });

  test('more than 60 operations in τ₁', () => {
    const desk = new ClientDesk();
    const bytes = envelope(0x04, anchor.bytes, 0n);
    for (let i = 0; i < MAX_OPERATIONS; i++) {
      expect(desk.take(bytes, CLIENT, i * 1_000_000, source)).toMatchObject({
        type: 'operation',
        operation: { id: anchor.id },
      });
    }
    expect(said(desk, bytes, source, CLIENT, 59_999_999)).toBe('OperationRate');
    expect(said(desk, bytes, source, idOf(98), 59_999_999)).toBe('operation');
    expect(said(desk, bytes, source, CLIENT, 60_000_000)).toBe('operation');
  });
});

describe('what a client believes (09 §9)', () => {
  const { network } = party.genesis;
  const founders: TrustedNodes = { window: -1, nodes: [...party.genesis.state.nodes()] };
  const bodyOf = (account: Id): Uint8Array => served(new ClientDesk(), accountRequest(account, true)).body;
  const proven = (() => {
    const decoded = ACCOUNT_PROVEN.decode(bodyOf(founder));
    if (!decoded.ok) throw new Error(decoded.error);
    return decoded.value;
  })();
  const judged = (changes: Partial<typeof proven>, trust = founders, account = founder): unknown => {
    const outcome = judgeProvenAccount(
      ACCOUNT_PROVEN.encode({ ...proven, ...changes }),
      account,
      trust,
      network,
      cheapVerify,
    );
    return outcome.ok ? outcome.value : outcome.error;
  };
  const { header } = record.entry;
  /** A certificate by some seats, for some header. */
  const certificate = (signers: number, changes: Partial<Parameters<typeof makeVote>[0]> = {}): Uint8Array => {
    const votes: Vote[] = party.seats
      .slice(0, signers)
      .map(({ nodeId, key }) =>
        makeVote({ phase: 2, round: 1, window: header.window, proposalHash: header.id, nodeId, ...changes }, key),
      )
      .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    return encodeCertificate(votes);
  };

  test('an account, and that there is none, under a certificate of the founders', () => {
    const account = record.settled.state.account(founder);
    expect(judged({})).toEqual({ window: 2, stateRoot: header.stateRoot, account });
    const stranger = cheapKey(77);
    expect(judgeProvenAccount(bodyOf(ownId(stranger)), ownId(stranger), founders, network, cheapVerify)).toMatchObject({
      ok: true,
      value: { account: undefined },
    });
  });

  test('nothing that is about another, not in the state, or damaged', () => {
    expect(judged({}, founders, idOf(5))).toBe('WrongAccount');
    const balance = proven.proof.leafValue.slice();
    balance[40] = (balance[40] as number) ^ 1;
    expect(judged({ proof: { ...proven.proof, leafValue: balance } })).toBe('WrongRoot');
    expect(judged({ nodeRoot: idOf(1) })).toBe('WrongRoot');
    expect(judged({ candidateRoot: idOf(1) })).toBe('WrongRoot');
    expect(judged({ window: 3n })).toBe('Malformed');
    const long = concat(bodyOf(founder), Uint8Array.of(0));
    expect(judgeProvenAccount(long, founder, founders, network, cheapVerify)).toEqual({
      ok: false,
      error: 'Malformed',
    });
  });

  test('no header without a quorum of precommits by those that it trusts', () => {
    // Four of equal weight: Q is 67 % of them.
    expect(judged({ certificate: certificate(3) })).toMatchObject({ window: 2 });
    expect(judged({ certificate: certificate(2) })).toBe('InsufficientTrust');
    expect(judged({ certificate: certificate(4, { phase: 1 }) })).toBe('InsufficientTrust');
    const prevotes = certificate(4);
    prevotes[8] = 1;
    expect(judged({ certificate: prevotes })).toBe('NoCertificate');
    expect(judged({ certificate: certificate(4, { proposalHash: idOf(1) }) })).toBe('NoCertificate');
    expect(judged({ certificate: certificate(4, { window: 3 }) })).toBe('InsufficientTrust');
    expect(judged({ certificate: new Uint8Array(0) })).toBe('NoCertificate');
    const others = {
      ...founders,
      nodes: founders.nodes.map((node) => ({ ...node, nodePubkey: cheapKey(5).publicKey })),
    };
    expect(judged({}, others)).toBe('InsufficientTrust');
    const strangers = { ...founders, nodes: founders.nodes.map((node, i) => ({ ...node, nodeId: idOf(i) })) };
    expect(judged({}, strangers)).toBe('InsufficientTrust');
  });

  test('nothing from before what it trusts; at the checkpoint, its header alone', () => {
    expect(judged({}, { ...founders, window: 2 })).toBe('BeforeTrust');
    expect(judged({}, { ...founders, window: 1 })).toMatchObject({ window: 2 });
    const at = (window: number, proposalHash: Id) => ({ ...founders, checkpoint: { window, proposalHash } });
    expect(judged({ certificate: new Uint8Array(0) }, at(2, header.id))).toMatchObject({ window: 2 });
    expect(judged({}, at(2, idOf(1)))).toBe('WrongCheckpoint');
    expect(judged({}, at(3, header.id))).toBe('BeforeTrust');
    expect(judged({}, at(1, idOf(1)))).toMatchObject({ window: 2 });
  });
});
