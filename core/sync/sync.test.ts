import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes, type Id } from '../bytes/bytes.ts';
import { type Operation, PRECOMMIT } from '../consensus/objects.ts';
import { makeProposal } from '../consensus/proposal.ts';
import { cheapVerify, idOf } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { Party, type Seat } from '../participant/party.suite.ts';
import type { FinalRecord } from '../participant/types.ts';
import { MemoryStaging } from '../snapshot/staging.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveResponse, Message, ObjectResponse, ProofResponse, ProofSignature } from '../wire/messages.ts';
import { ONE_BEHIND } from './archive-sync.ts';
import { EACH, LONGEST, PATIENCE, REFUSED } from './patience.ts';
import type { CatchUp } from './progress.ts';
import { SYNC_REQUESTS, Sync } from './sync.ts';

/** Windows that the history of these tests has. */
const WINDOWS = 6;

let genesis: Settled;
let history: readonly FinalRecord[];
/** Founders that are in every window; the other two alternate. */
let always: readonly Id[];
let operation: Operation;

/**
 * Five founders, A = 5, Q = 4. p3 and p4 are included in every other window only: from window 2 on p0, p1 and p2 have weight ≥ Q by
 * the state before, though they are three of five by genesis. Window 2 settles an operation.
 */
beforeAll(() => {
  const party = new Party({ count: 5, d0: 1_280 });
  genesis = party.genesis;
  always = party.seats.slice(0, 3).map(({ nodeId }) => nodeId);
  const [p0, , , p3, p4] = party.seats as [Seat, Seat, Seat, Seat, Seat];
  party.filter = (object, from) => object.kind !== 'bundle' || from !== (object.window % 2 === 0 ? p3 : p4);
  party.start();
  party.until(() => p0.finals.length >= 2);
  const account = [...p0.participant.settled.state.accounts()].find(({ currentPubkey }) =>
    equalBytes(currentPubkey, p0.accountKey.publicKey),
  ) as { accountId: Id; frontierHash: Id };
  const fields = { type: 'Anchor', appId: idOf(1), dataHash: idOf(2) } as const;
  operation = makeOperation({ ...fields, prevHash: account.frontierHash, sender: account.accountId }, p0.accountKey);
  for (const seat of party.seats) party.offer(seat, operation);
  party.until(() => p0.finals.length >= WINDOWS);
  history = recordsOf(party);
});

/** What became final; with every precommit there is, not only those that were enough. */
const recordsOf = ({ seats }: Party): readonly FinalRecord[] => {
  const precommits = seats.flatMap(({ said }) => said.filter((object) => object.kind === 'vote'));
  return (seats[0] as Seat).finals.slice(0, WINDOWS).map((record) => ({
    ...record,
    certificate: precommits
      .filter(({ phase, proposalHash }) => phase === PRECOMMIT && proposalHash === record.proposal.header.id)
      .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1)),
  }));
};

type Answer = ArchiveResponse | ObjectResponse | ProofResponse;

const PEER = 7;
let trusted: Settled;
let adopted: FinalRecord[];
let sent: { readonly peer: number; readonly message: Message }[];
let blamed: string[];
let timer: number | undefined;
let sync: Sync;
let certified: boolean;
let stopped: boolean;
let told: CatchUp[];

/** Nobody here has a snapshot. */
const never = (): never => {
  throw new Error('a snapshot');
};

const begin = (): void => {
  sync = new Sync({
    tools: {
      verify: cheapVerify,
      meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
    },
    certified,
    trusted: () => trusted,
    stopped: () => stopped,
    send: (peer, message) => sent.push({ peer, message }),
    timer: (at) => {
      timer = at;
    },
    adopt: (records) => {
      adopted.push(...records);
      trusted = (records.at(-1) as FinalRecord).settled;
    },
    penalty: (peer, reason) => blamed.push(`${peer}: ${reason}`),
    fastSync: true,
    checkpoint: undefined,
    staging: () => new MemoryStaging(),
    work: never,
    adoptSnapshot: never,
    progress: (progress) => told.push(progress),
    advice: never,
  });
};

beforeEach(() => {
  trusted = genesis;
  adopted = [];
  sent = [];
  blamed = [];
  timer = undefined;
  certified = true;
  stopped = false;
  told = [];
  begin();
});

const show = (window: number, peer = PEER, now = 0): void =>
  sync.status(peer, { type: 'status', window, round: 0, finalHash: '', validRound: 0, validHash: '' }, now);

/** Signatures of a certificate as a peer serves them. */
const signaturesOf = ({ certificate }: FinalRecord): readonly ProofSignature[] =>
  certificate.map(({ nodeId, signature }) => ({ nodeId, signature }));

/** What an honest peer with the whole history answers. */
const honest = (message: Message): Answer => {
  switch (message.type) {
    case 'archive-request': {
      const entries = history.slice(message.fromWindow, message.fromWindow + message.count).map(({ entry }) => entry);
      return { type: 'archive-response', requestId: message.requestId, entries };
    }
    case 'object-request': {
      const objects = message.names.some(({ id }) => id === operation.id) ? [operation] : [];
      return { type: 'object-response', requestId: message.requestId, objects, stopped: false };
    }
    case 'proof-request': {
      const { requestId, window, phase, proposalHash, from } = message;
      const record = history[window] as FinalRecord;
      const signatures = signaturesOf(record);
      const { round } = record.certificate[0] as { round: number };
      return {
        type: 'proof-response',
        requestId,
        window,
        phase,
        round,
        proposalHash,
        total: signatures.length,
        from,
        signatures: signatures.slice(from),
      };
    }
    default:
      throw new Error(`nobody answers a ${message.type}`);
  }
};

/** Lets a peer answer whatever it is asked, `alter` changing what it likes; returns the kinds of requests it got. */
const converse = (alter: (answer: Answer, message: Message) => Answer = (answer) => answer, peer = PEER): string[] => {
  const asked: string[] = [];
  for (let next = sent.shift(); next !== undefined; next = sent.shift()) {
    if (next.peer !== peer) throw new Error('another peer was asked');
    asked.push(next.message.type);
    if (asked.length > 100) throw new Error('no end to it');
    expect(sync.message(peer, alter(honest(next.message), next.message), 1)).toBe(true);
  }
  return asked;
};

/** As `converse`, up to the first request to another peer. */
const converseUntilAnother = (alter: (answer: Answer) => Answer): void => {
  for (let next = sent[0]; next !== undefined && next.peer === PEER; next = sent[0]) {
    sent.shift();
    sync.message(PEER, alter(honest(next.message)), 1);
  }
};

/** Alters certificates only. */
const certificates =
  (change: (proof: ProofResponse) => ProofResponse) =>
  (answer: Answer): Answer =>
    answer.type === 'proof-response' ? change(answer) : answer;

/** A certificate of the three founders that are in every window. */
const ofThree = (proof: ProofResponse): ProofResponse => {
  const signatures = signaturesOf(history[proof.window] as FinalRecord).filter(({ nodeId }) => always.includes(nodeId));
  return { ...proof, signatures, total: signatures.length };
};

describe('catch-up with a peer that has the history (09 §9, §12.16)', () => {
  it('applies the entries, fetches their bodies, and adopts them with the certificate of the last', () => {
    show(WINDOWS);
    expect(sent[0]?.message).toMatchObject({ type: 'archive-request', fromWindow: 0, count: WINDOWS });
    expect(converse()).toEqual(['archive-request', 'object-request', 'proof-request']);
    expect(adopted.map(({ settled }) => settled.state.stateRoot())).toEqual(
      history.map(({ settled }) => settled.state.stateRoot()),
    );
    expect(adopted.map(({ settled }) => settled.side.digest)).toEqual(
      history.map(({ settled }) => settled.side.digest),
    );
    expect(adopted.map(({ certificate }) => certificate.length > 0)).toEqual([false, false, false, false, false, true]);
    expect(adopted[WINDOWS - 1]?.certificate.map(({ id }) => id)).toEqual(
      history[WINDOWS - 1]?.certificate.map(({ id }) => id),
    );
    expect(adopted[2]?.operations).toEqual([operation]);
    expect([blamed, timer]).toEqual([[], undefined]);
  });

  it('starts from its own window, two behind at least', () => {
    trusted = (history[3] as FinalRecord).settled;
    show(5);
    expect(sent).toEqual([]);
    show(6);
    expect(sent[0]?.message).toMatchObject({ fromWindow: 4, count: 2 });
    converse();
    expect(adopted.map(({ settled }) => settled.window)).toEqual([4, 5]);
  });

  it('takes a certificate in parts, and from the start again when its total changes', () => {
    show(WINDOWS);
    const froms: number[] = [];
    let isChanged = false;
    converse(
      certificates((proof) => {
        froms.push(proof.from);
        const part = { ...proof, signatures: proof.signatures.slice(0, 2) };
        if (proof.from !== 2 || isChanged) return part;
        isChanged = true;
        return { ...part, total: proof.total - 1 };
      }),
    );
    expect(froms.slice(0, 4)).toEqual([0, 2, 0, 2]);
    expect(adopted).toHaveLength(WINDOWS);
  });

  it('needs no certificate under first-valid (09 §12.18)', () => {
    certified = false;
    begin();
    show(WINDOWS);
    expect(converse()).toEqual(['archive-request', 'object-request']);
    expect(adopted).toHaveLength(WINDOWS);
  });

  it('asks for nothing once the node has stopped, nor goes on after an attempt under way (09 §12.17)', () => {
    stopped = true;
    show(WINDOWS);
    expect(sent).toEqual([]);
    stopped = false;
    show(WINDOWS);
    expect(sent).toHaveLength(1);
    stopped = true;
    show(WINDOWS, PEER + 1);
    sync.timer(PATIENCE);
    expect(sent).toHaveLength(1);
  });

  it('one window behind it asks for the entry when gossip has not helped for a while', () => {
    trusted = (history[4] as FinalRecord).settled;
    show(6, PEER, 100);
    expect([sent, timer]).toEqual([[], 100 + ONE_BEHIND]);
    sync.timer(100 + ONE_BEHIND - 1);
    expect(sent).toEqual([]);
    sync.timer(100 + ONE_BEHIND);
    expect(sent[0]?.message).toMatchObject({ type: 'archive-request', fromWindow: 5, count: 1 });
    converse();
    expect(adopted.map(({ settled }) => settled.window)).toEqual([5]);
  });

  it('one window behind for a moment it does nothing', () => {
    trusted = (history[3] as FinalRecord).settled;
    show(5, PEER, 100);
    trusted = (history[4] as FinalRecord).settled;
    sync.timer(100 + ONE_BEHIND);
    show(6, PEER, 100 + ONE_BEHIND);
    expect(sent).toEqual([]);
  });

  it.each([1, 2])('windows closed meanwhile, after %d answers, are not adopted twice', (answers) => {
    show(WINDOWS);
    for (let i = 0; i < answers; i++) {
      const { message } = sent.splice(0)[0] as { message: Message };
      sync.message(PEER, honest(message), 1);
    }
    trusted = (history[WINDOWS - 1] as FinalRecord).settled;
    converse();
    expect(adopted).toEqual([]);
  });
});

describe('what a joiner may not believe (09 §9)', () => {
  it('a certificate that only the tentative state counts as a quorum: a smaller window is tried', () => {
    show(WINDOWS);
    const windows: number[] = [];
    converse(
      certificates((proof) => {
        windows.push(proof.window);
        return proof.window > 3 ? ofThree(proof) : proof;
      }),
    );
    // Once the state after window 3 is trusted, the three are a quorum by what this node trusts.
    expect(windows).toEqual([5, 4, 3, 5]);
    expect(adopted.map(({ settled }) => settled.window)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(adopted.map(({ certificate }) => certificate.length)).toEqual([0, 0, 0, 5, 0, 3]);
  });

  it('a history whose every certificate is of that kind: a server invented it with the keys it has', () => {
    show(WINDOWS);
    const windows: number[] = [];
    converse(
      certificates((proof) => {
        windows.push(proof.window);
        return ofThree(proof);
      }),
    );
    // Four in a row, then the middle of what is left: behind genesis, where three are no quorum at all.
    expect(windows).toEqual([5, 4, 3, 2, 0]);
    expect([adopted, blamed]).toEqual([[], ['7: certificate below the quorum']]);
  });

  it('certificates of two peers, each too little by itself, that are enough together (09 §12.14)', () => {
    // A founder that is in no window weighs little: any three of the others are a quorum, of five equal ones four are.
    const party = new Party({ count: 5, d0: 1_280 });
    const [p0, p1, p2, p3, p4] = party.seats as [Seat, Seat, Seat, Seat, Seat];
    party.filter = (object, from) => object.kind !== 'bundle' || from !== p4;
    party.start();
    party.until(() => p0.finals.length >= WINDOWS);
    const before = { genesis, history };
    ({ genesis } = party);
    history = recordsOf(party);
    trusted = genesis;
    const of = (...seats: readonly Seat[]) =>
      certificates((proof) => {
        const all = signaturesOf(history[proof.window] as FinalRecord);
        const signatures = all.filter(({ nodeId }) => seats.some((seat) => seat.nodeId === nodeId));
        return proof.window < WINDOWS - 1
          ? { ...proof, total: 0, signatures: [] }
          : { ...proof, total: signatures.length, signatures };
      });
    show(WINDOWS);
    converse(of(p0, p1, p2));
    expect([adopted, blamed]).toEqual([[], ['7: certificate below the trusted quorum']]);
    show(WINDOWS, 8);
    converse(of(p0, p1, p3), 8);
    expect(adopted.map(({ certificate }) => certificate.length)).toEqual([0, 0, 0, 0, 0, 4]);
    ({ genesis, history } = before);
  });

  it('a certificate below the quorum of its own state', () => {
    show(WINDOWS);
    converse(certificates((proof) => ({ ...proof, total: 1, signatures: proof.signatures.slice(0, 1) })));
    expect([adopted, blamed]).toEqual([[], ['7: certificate below the quorum']]);
  });

  it('one signer, as often as it takes', () => {
    show(WINDOWS);
    converse(
      certificates((proof) => ({
        ...proof,
        signatures: proof.signatures.map(() => proof.signatures[0] as ProofSignature),
      })),
    );
    expect([adopted, blamed]).toEqual([[], ['7: certificate below the quorum']]);
  });

  it('signatures that do not hold', () => {
    show(WINDOWS);
    const spoiled = ({ nodeId }: ProofSignature): ProofSignature => ({ nodeId, signature: new Uint8Array(3309) });
    converse(certificates((proof) => ({ ...proof, signatures: proof.signatures.map(spoiled) })));
    expect([adopted, blamed]).toEqual([[], ['7: certificate below the quorum']]);
  });

  it.each([
    ['another window', (proof: ProofResponse) => ({ ...proof, window: proof.window - 1 })],
    ['another proposal', (proof: ProofResponse) => ({ ...proof, proposalHash: idOf(3) })],
    ['prevotes', (proof: ProofResponse) => ({ ...proof, phase: 1 as const })],
    ['more signers than there are', (proof: ProofResponse) => ({ ...proof, total: 6 })],
    ['an empty part', (proof: ProofResponse) => ({ ...proof, signatures: [] })],
  ])('an answer about %s', (_, change) => {
    show(WINDOWS);
    converse(certificates(change));
    expect(adopted).toEqual([]);
  });
});

describe('entries that do not apply', () => {
  /** The history with one entry changed. */
  const withEntry =
    (window: number, change: (record: FinalRecord) => FinalRecord['entry']) =>
    (answer: Answer): Answer =>
      answer.type === 'archive-response'
        ? {
            ...answer,
            entries: answer.entries.map((entry, w) => (w === window ? change(history[w] as FinalRecord) : entry)),
          }
        : answer;

  it.each([
    ['a list', ({ entry }: FinalRecord) => ({ ...entry, bundles: entry.bundles.slice(1) })],
    [
      'a header signed by nobody',
      ({ entry }: FinalRecord) => {
        const { header } = entry;
        return { ...entry, header: { ...header, signature: new Uint8Array(3309) } };
      },
    ],
    ['an operation left out', ({ entry }: FinalRecord) => ({ ...entry, operations: [] })],
    ['another parent', (record: FinalRecord) => (history[record.settled.window + 1] as FinalRecord).entry],
  ])('%s: what comes before it is adopted', (_, change) => {
    show(WINDOWS);
    converse(withEntry(2, change));
    expect(adopted.map(({ settled }) => settled.window)).toEqual([0, 1]);
    expect(blamed).toEqual(['7: archive entry does not apply']);
  });

  it.each([
    [0, ['archive-request']],
    [2, ['archive-request', 'proof-request']],
    [3, ['archive-request', 'object-request', 'proof-request']],
  ])('of entry %i, signed by nobody, no body is asked for', (window, asked) => {
    show(WINDOWS);
    const named = Array.from({ length: 600 }, (_, n) => idOf(n));
    const unsigned = ({ header }: FinalRecord['entry']) => ({ ...header, signature: new Uint8Array(3309) });
    expect(
      converse(withEntry(window, ({ entry }) => ({ ...entry, header: unsigned(entry), operations: named }))),
    ).toEqual(asked);
    expect([adopted.length, blamed]).toEqual([window, ['7: archive entry does not apply']]);
  });

  it('a body with a false signature, under the right identifier', () => {
    show(WINDOWS);
    const forged = { ...operation, signature: new Uint8Array(3309) };
    converse((answer) => (answer.type === 'object-response' ? { ...answer, objects: [forged] } : answer));
    expect(adopted.map(({ settled }) => settled.window)).toEqual([0, 1]);
    expect(blamed).toEqual(['7: archive entry does not apply']);
  });

  it('a body that was not asked for, or none', () => {
    show(WINDOWS);
    const other = makeProposal((history[0] as FinalRecord).entry.header, [], []);
    converse((answer) => (answer.type === 'object-response' ? { ...answer, objects: [other] } : answer));
    expect(adopted).toEqual([]);
  });

  it('nothing at all, or the wrong windows', () => {
    show(WINDOWS);
    converse((answer) => (answer.type === 'archive-response' ? { ...answer, entries: [] } : answer));
    show(WINDOWS + 1);
    converse((answer) =>
      answer.type === 'archive-response' ? { ...answer, entries: answer.entries.slice(1) } : answer,
    );
    expect(adopted).toEqual([]);
  });

  it('what is already known is not poisoned: another peer brings the same windows', () => {
    show(WINDOWS);
    converse(withEntry(0, ({ entry }) => ({ ...entry, bundles: entry.bundles.slice(1) })));
    expect(adopted).toEqual([]);
    show(WINDOWS, 8);
    converse(undefined, 8);
    expect(adopted).toHaveLength(WINDOWS);
  });
});

describe('peers that do not help', () => {
  it('gone in the middle: the next one is asked, from the start', () => {
    show(WINDOWS);
    show(WINDOWS, 8);
    const first = sent.splice(0)[0] as { message: Message };
    sync.message(PEER, honest(first.message), 1);
    expect(sent.splice(0)).toMatchObject([{ peer: PEER }]);
    sync.peerDown(PEER, 2);
    expect(sent).toMatchObject([{ peer: 8, message: { type: 'archive-request', fromWindow: 0 } }]);
    converse(undefined, 8);
    expect(adopted).toHaveLength(WINDOWS);
  });

  it('silent: given up when patience ends, and asked again when it stands elsewhere or much later', () => {
    show(WINDOWS);
    expect(timer).toBe(PATIENCE);
    sync.timer(PATIENCE - 1);
    expect(sent.splice(0)).toHaveLength(1);
    sync.timer(PATIENCE);
    show(WINDOWS, PEER, PATIENCE + 1);
    expect(sent).toEqual([]);
    show(WINDOWS + 1, PEER, PATIENCE + 2);
    expect(sent.splice(0)).toHaveLength(1);
    sync.timer(2 * PATIENCE + 2);
    show(WINDOWS + 1, PEER, 2 * PATIENCE + 2 + REFUSED);
    expect(sent).toHaveLength(1);
  });

  it('a peer that brings less than it was asked for is asked again after the others', () => {
    show(WINDOWS);
    show(WINDOWS, 8);
    converseUntilAnother((answer) =>
      answer.type === 'archive-response' ? { ...answer, entries: answer.entries.slice(0, 1) } : answer,
    );
    expect(adopted.map(({ settled }) => settled.window)).toEqual([0]);
    expect([blamed, sent.map(({ peer }) => peer)]).toEqual([[], [8]]);
  });

  it('one that was refused is not asked before the others, even if it stands elsewhere', () => {
    show(WINDOWS);
    for (const peer of [8, 9]) show(WINDOWS, peer);
    sync.timer(PATIENCE);
    show(WINDOWS + 1, PEER, PATIENCE);
    sync.timer(2 * PATIENCE);
    expect([blamed, sent.map(({ peer }) => peer)]).toEqual([
      ['7: no answer', '8: no answer'],
      [PEER, 8, 9],
    ]);
  });

  it('those that say a far head and are gone, one after another, hold nobody up', () => {
    show(1_000, 100);
    show(WINDOWS);
    expect(sent.splice(0).map(({ peer }) => peer)).toEqual([100]);
    show(1_000, 101);
    sync.peerDown(100, 1);
    expect(sent.map(({ peer }) => peer)).toEqual([101, PEER]);
    sent.shift();
    converseUntilAnother((answer) => answer);
    expect(adopted).toHaveLength(WINDOWS);
  });

  it('an attempt takes so long at most, and longer by what it brings', () => {
    show(WINDOWS);
    const answer = (now: number): void => {
      const { message } = sent.splice(0)[0] as { message: Message };
      sync.message(PEER, honest(message), now);
    };
    answer(PATIENCE - 1);
    expect(timer).toBe(2 * PATIENCE - 1);
    answer(2 * PATIENCE - 2);
    // Six entries and one body.
    const ends = LONGEST + 7 * EACH;
    expect([sent[0]?.message.type, timer]).toEqual(['proof-request', ends]);
    sync.timer(ends - 1);
    expect(blamed).toEqual([]);
    sync.timer(ends);
    expect([adopted, blamed]).toEqual([[], ['7: too slow']]);
  });

  it('late answers, answers of another peer, and answers of another kind are nothing', () => {
    show(WINDOWS);
    const { message } = sent[0] as { message: Message & { readonly requestId: number } };
    const answer = honest(message);
    expect(sync.message(8, answer, 1)).toBe(true);
    expect(sync.message(PEER, { ...answer, requestId: message.requestId + 1 }, 1)).toBe(true);
    expect(sent).toHaveLength(1);
    const proof = honest({
      ...message,
      type: 'proof-request',
      window: 0,
      phase: 2,
      round: 0,
      proposalHash: '',
      from: 0,
    });
    expect(sync.message(PEER, proof, 1)).toBe(true);
    expect([adopted, timer]).toEqual([[], undefined]);
    // Its attempt is over: the answer comes too late.
    expect(sync.message(PEER, answer, 2)).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it('requests are none of its business, whatever number they carry; nor are answers to others', () => {
    const requestId = SYNC_REQUESTS + 1;
    expect(sync.message(PEER, { type: 'object-request', requestId, names: [] }, 1)).toBe(false);
    expect(
      sync.message(
        PEER,
        { type: 'proof-request', requestId, window: 0, phase: 2, round: 0, proposalHash: '', from: 0 },
        1,
      ),
    ).toBe(false);
    expect(sync.message(PEER, { type: 'object-response', requestId: 5, objects: [], stopped: false }, 1)).toBe(false);
  });
});
