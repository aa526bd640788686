import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import type { Registration } from '../consensus/objects.ts';
import type { Verify } from '../crypto/suite.ts';
import { decodeRegistration, REGISTRATION_SIZE } from '../entry/registration.ts';
import type { Rules } from '../genesis/rules.ts';
import { cheapVerify } from '../operations/accounts.suite.ts';
import type { Message } from '../wire/messages.ts';
import { Net, type Seat } from './net.suite.ts';

/*
 * Two registrations that differ in the node signature alone, each valid, under one identifier: four hosts, A = 4, Q = 3, τ₂ = 8, and a
 * candidate that gives the hosts one each. `whole` is the leaf of 02 §6; under `scope` control_root leaves that signature out.
 */

const HOSTS = [0, 1, 2, 3] as const;
const CANDIDATE = 4;

/** Whose last byte does not matter: 256 valid signatures of a message, as ML-DSA has some 2^256. */
const verify: Verify = (publicKey, message, signature) => {
  const plain = signature.slice();
  plain[plain.length - 1] = 0;
  return cheapVerify(publicKey, message, plain);
};

/** The same registration under its `copy`-th signature. */
const signedAgain = ({ bytes }: Registration, copy: number): Registration => {
  const other = bytes.slice();
  other[REGISTRATION_SIZE - 1] = copy;
  const decoded = decodeRegistration(other);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
};

const carriesRegistration = (message: Message): boolean =>
  (message.type === 'object' && message.object.kind === 'registration') ||
  (message.type === 'object-response' && message.objects.some(({ kind }) => kind === 'registration'));

const at = (net: Net, index: number): Seat => net.seats[index] as Seat;
const registrationOf = (net: Net): Registration | undefined =>
  at(net, CANDIDATE).said.find((object): object is Registration => object.kind === 'registration');
const taken = (net: Net, index: number, id: Id) =>
  at(net, index).finals.find(({ registrations }) => registrations.some((registration) => registration.id === id));

interface Split {
  readonly net: Net;
  readonly id: Id;
}

/** The hosts have a copy of the candidate's registration each, `copies` by host, and have listed it nowhere yet. */
const split = (controlLeaf: Rules['controlLeaf'], copies: readonly number[]): Split => {
  const net = new Net(4, 0, { candidates: 1, d0: 256, iteration: 234_375, rules: { controlLeaf }, verify });
  const withheld: Net['passes'] = (message, from) => from !== CANDIDATE || !carriesRegistration(message);
  net.passes = withheld;
  net.startAlone();
  expect(net.until(() => registrationOf(net) !== undefined, 1_200)).toBe(true);
  const registration = registrationOf(net) as Registration;
  net.passes = () => true;
  copies.forEach((copy, host) => {
    net.send(CANDIDATE, host, { type: 'object', object: signedAgain(registration, copy) });
  });
  net.passes = withheld;
  expect(net.until(() => heldBy(net, registration.id).every((copy) => copy !== undefined), 1)).toBe(true);
  expect(heldBy(net, registration.id)).toEqual(copies);
  return { net, id: registration.id };
};

/** The copy each host holds. */
const heldBy = (net: Net, id: Id): readonly (number | undefined)[] =>
  HOSTS.map((host) => at(net, host).participant?.registrations.get(id)?.bytes.at(-1));

/** The proposal each host made final with the registration in its control set; undefined: none. */
const takenBy = (net: Net, id: Id): readonly (Id | undefined)[] =>
  HOSTS.map((host) => taken(net, host, id)?.proposal.id);

const roundAt = (net: Net, host: number): number => at(net, host).participant?.session.rounds.round ?? 0;

describe('a registration that was signed twice', () => {
  it('two and two: as published no proposal has a quorum, in three turns of every leader', () => {
    const { net, id } = split('whole', [0, 0, 1, 1]);
    expect(net.until(() => HOSTS.every((host) => roundAt(net, host) > 12), 3_000)).toBe(true);
    expect(takenBy(net, id)).toEqual([undefined, undefined, undefined, undefined]);
    const windows = HOSTS.map((host) => at(net, host).finals.length);
    expect(new Set(windows).size).toBe(1);
    // Nobody is to blame: each copy is valid, and no rule forbids the other.
    expect(HOSTS.flatMap((host) => at(net, host).penalties)).toEqual([]);
  });

  it('three and one: as published three go on, and the fourth refuses what they certified and stops for ever', () => {
    const { net, id } = split('whole', [0, 0, 0, 1]);
    expect(net.until(() => HOSTS.slice(0, 3).every((host) => taken(net, host, id)), 600)).toBe(true);
    expect(net.until(() => at(net, 3).participant?.stopped === true, 60)).toBe(true);
    expect(new Set(takenBy(net, id)).size).toBe(2);
    expect(HOSTS.map((host) => at(net, host).participant?.stopped)).toEqual([false, false, false, true]);
  });

  it.each([
    ['whole', [1, 1, 1, 1]],
    ['scope', [0, 0, 0, 0]],
    ['scope', [0, 0, 1, 1]],
    ['scope', [0, 0, 0, 1]],
    ['scope', [0, 1, 2, 3]],
  ] as const)('with a root over %s, copies %j: one proposal, in round 1', (controlLeaf, copies) => {
    const { net, id } = split(controlLeaf, copies);
    expect(net.until(() => HOSTS.every((host) => taken(net, host, id)), 120)).toBe(true);
    expect(new Set(takenBy(net, id)).size).toBe(1);
    const records = HOSTS.map((host) => taken(net, host, id));
    expect(records.map((record) => record?.certificate[0]?.round)).toEqual([1, 1, 1, 1]);
    // What is kept and served is the copy that the host was given.
    expect(records.map((record) => record?.registrations[0]?.bytes.at(-1))).toEqual(copies);
    expect(records[0]?.settled.state.node(at(net, CANDIDATE).nodeId)).toBeDefined();
  });
});
