import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { concat } from '#core/bytes/bytes.ts';
import { BOUND_FORM } from '#core/tunnel/forms.ts';
import { portOf } from './intruder.suite.ts';
import { anEnvelope, aParty, openLinks, stopAll, until } from './party.suite.ts';

const line = (text: string): Uint8Array => {
  const bytes = new TextEncoder().encode(`${text}\n`);
  return concat(Uint8Array.of(bytes.length), bytes);
};

describe('transport, at length', () => {
  afterEach(stopAll);

  it('keeps one link, the same at both ends, whenever two dials cross', async () => {
    const limits = { limits: { groupRate: 1_000, groupBurst: 1_000 } };
    const [a, b] = await Promise.all([aParty(1, limits), aParty(2, limits)]);
    for (let round = 0; round < 40; round++) {
      const wait = new Promise((resolve) => setTimeout(resolve, round * 3));
      await Promise.allSettled([a.transport.dial(b.address()), wait.then(() => b.transport.dial(a.address()))]);
      await until(() => openLinks(a).length === 1 && openLinks(b).length === 1);
      await until(() => openLinks(a)[0]?.isOutgoing !== openLinks(b)[0]?.isOutgoing);
      const messages = b.messages.length;
      a.transport.send(openLinks(a)[0]?.number ?? -1, anEnvelope(0x22, round));
      await until(() => b.messages.length === messages + 1);
      a.transport.close(openLinks(a)[0]?.number ?? -1, 0);
      await until(() => openLinks(a).length === 0 && openLinks(b).length === 0);
    }
  });

  it('pays for no more handshakes than the rates allow, and its link goes on', async () => {
    const limits = { groupRate: 4, groupBurst: 8 };
    const [a, b] = await Promise.all([aParty(1), aParty(2, { tau1: 18_000, limits })]);
    const link = await a.transport.dial(b.address());
    await until(() => b.opened.length === 1);
    const begun = performance.now();
    // A key of zeros is well-formed: each costs the listener a whole answer.
    const first = concat(line('/multistream/1.0.0'), line(BOUND_FORM.protocol), new Uint8Array(1_184));
    for (let i = 0; i < 400; i++) {
      const socket = connect(portOf(b.address()), '127.0.0.1').on('error', () => {});
      socket.write(first);
      socket.on('data', () => {});
      a.transport.send(link.number, anEnvelope(0x22, 5_000));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => b.messages.length === 400);
    const seconds = (performance.now() - begun) / 1_000;
    expect(b.transport.counters.handshakesBegun).toBeLessThanOrEqual(1 + 8 + Math.ceil(4 * seconds));
    expect(b.closed).toEqual([]);
    await until(() => b.refused.length === 400);
  });

  it('carries sixteen megabytes each way', async () => {
    const [a, b] = await Promise.all([aParty(1), aParty(2)]);
    const link = await a.transport.dial(b.address());
    await until(() => b.opened.length === 1);
    for (let i = 1; i <= 16; i++) {
      a.transport.send(link.number, anEnvelope(0x44, 1_000_000));
      b.transport.send(b.opened[0]?.number ?? -1, anEnvelope(0x44, 1_000_000));
      await until(() => a.messages.length === i && b.messages.length === i);
    }
    expect(a.transport.counters.dropped + b.transport.counters.dropped).toBe(0);
  });
});
