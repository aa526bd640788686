import { describe, expect, it } from 'vitest';
import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { idOf, ownId } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { foundation } from '../participant/party.suite.ts';
import { Net, type Seat } from './net.suite.ts';

const SEATS = 4;
const { genesis, keys } = foundation({ count: SEATS });
const key = keys[0]?.account as SigningKey;
const other = keys[1]?.account as SigningKey;
const sender = ownId(key);
const frontier = genesis.state.account(sender)?.frontierHash as Id;

const anchor = (prevHash: Id, data: number): Operation =>
  makeOperation({ type: 'Anchor', sender, prevHash, appId: ZERO_ID, dataHash: idOf(data) }, key);

/** A network one second after its start, one of its hosts, and which messages with operations were sent: `stem` or `object`. */
const network = (stem: boolean) => {
  const net = new Net(SEATS, 0, { stem });
  const sent: { readonly type: string; readonly from: number; readonly id: Id }[] = [];
  net.passes = (message, from) => {
    const isOne = message.type === 'stem' || (message.type === 'object' && message.object.kind === 'operation');
    if (isOne) sent.push({ type: message.type, from, id: message.object.id });
    return true;
  };
  net.start();
  net.until(() => false, 1);
  const seat = net.seats[0] as Seat;
  const settledIn = ({ id }: Operation, at: Seat = seat): number | undefined =>
    at.finals.find(({ entry }) => entry.operations.includes(id))?.settled.window;
  return { net, sent, seat, settledIn };
};

describe("an operation of a host's user", () => {
  it('goes over a stem, and settles everywhere', () => {
    const { net, sent, seat, settledIn } = network(true);
    const operation = anchor(frontier, 1);
    seat.host?.submit(operation);
    expect(sent).toEqual([{ type: 'stem', from: 0, id: operation.id }]);
    expect(seat.verdicts).toEqual(['accept']);
    expect(seat.participant?.mempool.size).toBe(0);
    expect(net.until(() => net.seats.every((each) => settledIn(operation, each) !== undefined), 300)).toBe(true);
  });

  it('is gossiped at once where stems are off', () => {
    const { sent, seat } = network(false);
    const operation = anchor(frontier, 1);
    seat.host?.submit(operation);
    expect(sent.map(({ type }) => type)).toEqual(['object', 'object', 'object']);
    expect(seat.participant?.mempool.size).toBe(1);
  });

  it('that waits for its window is gossiped when that comes', () => {
    const { net, sent, seat, settledIn } = network(true);
    const operation = anchor(frontier, 1);
    for (const { host } of net.seats) host?.submit(operation, 2);
    expect(sent).toEqual([]);
    expect(net.until(() => settledIn(operation) !== undefined, 300)).toBe(true);
    expect(settledIn(operation)).toBe(2);
    expect(sent.filter(({ type }) => type === 'stem')).toEqual([]);
    expect(seat.verdicts).toEqual(['accept']);
  });

  it('that waits for another goes over a stem after it', () => {
    const { net, sent, seat, settledIn } = network(true);
    const first = anchor(frontier, 1);
    const second = anchor(first.id, 2);
    seat.host?.submit(second);
    seat.host?.submit(first);
    expect(sent.map(({ id }) => id)).toEqual([first.id]);
    expect(net.until(() => settledIn(second) !== undefined, 300)).toBe(true);
    expect(settledIn(second)).toBeGreaterThan(settledIn(first) as number);
    expect(sent.find(({ id }) => id === second.id)).toEqual({ type: 'stem', from: 0, id: second.id });
    expect(seat.verdicts).toEqual(['accept', 'accept']);
  });

  it('that is invalid is refused and goes nowhere', () => {
    const { sent, seat } = network(true);
    const forged = makeOperation(
      { type: 'Anchor', sender, prevHash: frontier, appId: ZERO_ID, dataHash: idOf(1) },
      { ...key, sign: other.sign },
    );
    seat.host?.submit(forged);
    expect(seat.verdicts).toEqual(['reject']);
    expect(sent).toEqual([]);
  });
});
