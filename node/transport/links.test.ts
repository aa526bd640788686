import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { equalBytes } from '#core/bytes/bytes.ts';
import { nodeId, peerId } from '#core/crypto/ids.ts';
import { MAX_PAYLOAD } from '#core/wire/envelope.ts';
import { frameCount } from '#core/wire/frames.ts';
import { anEnvelope, aParty, keyOf, openLinks, type Party, startWindowOf, stopAll, until } from './party.suite.ts';

const TRANSFER = 0x01;
const PROPOSAL = 0x22;

describe('places of account clients', () => {
  afterAll(stopAll);

  it('when all are taken, the one that was silent longest makes room', async () => {
    const limits = { incoming: 0, clients: 2, clientIdle: 0 };
    const host = await aParty(2, { knows: [2], serves: [6, 7, 8], limits });
    const [first, second, third] = await Promise.all([6, 7, 8].map((fill) => aParty(fill, { knows: [2] })));
    const link = await first!.transport.dial(host.address());
    await second!.transport.dial(host.address());
    await until(() => host.opened.length === 2);
    first!.transport.send(link.number, anEnvelope(TRANSFER, 10));
    await until(() => host.messages.length === 1);
    await third!.transport.dial(host.address());
    await until(() => host.opened.length === 3);
    expect(host.closed.map(({ link, reason }) => [link.nodeId, reason])).toEqual([[nodeId(keyOf(7)), 'IdleClient']]);
    expect(openLinks(host)).toHaveLength(2);
    await until(() => second!.closed.length === 1);
    expect(second!.closed[0]?.reason).toBe('bye: resource limits');
    expect(host.refused).toEqual([]);
  });
});

describe('a link', () => {
  let a: Party;
  let b: Party;

  beforeAll(async () => {
    [a, b] = await Promise.all([aParty(1, { limits: { pingEvery: 20 } }), aParty(2)]);
  });

  afterEach(async () => {
    for (const { number } of openLinks(a)) a.transport.close(number, 0);
    await until(() => openLinks(a).length === 0 && openLinks(b).length === 0);
    for (const list of [a, b].flatMap(({ opened, closed, messages, stemmed }) => [opened, closed, messages, stemmed]))
      list.length = 0;
  });

  afterAll(stopAll);

  const linked = async () => {
    const link = await a.transport.dial(b.address());
    await until(() => openLinks(b).length === 1);
    const [there] = openLinks(b);
    if (there === undefined) throw new Error('no link');
    return { link, there };
  };

  it('carries envelopes of all sizes both ways, whole and in order', async () => {
    const { link, there } = await linked();
    expect(link).toMatchObject({ nodeId: nodeId(keyOf(2)), isOutgoing: true, level: 1 });
    expect(there).toMatchObject({ nodeId: nodeId(keyOf(1)), isOutgoing: false, level: 1 });
    expect(equalBytes(link.key, keyOf(2))).toBe(true);

    const before = a.transport.counters.envelopesIn;
    const sizes = [0, 1, 1006, 1007, 1008, 4096, 65_519, 65_520, 300_000, MAX_PAYLOAD, 7];
    const sent = sizes.map((size, index) => anEnvelope(PROPOSAL, size, index));
    for (const envelope of sent) a.transport.send(link.number, envelope);
    for (const envelope of sent) b.transport.send(there.number, envelope);
    await until(() => a.messages.length === sizes.length && b.messages.length === sizes.length);
    for (const { messages } of [a, b]) {
      expect(messages.map(({ envelope }) => envelope.length)).toEqual(sizes.map((size) => size + 14));
      expect(messages.every(({ envelope }, index) => equalBytes(envelope, sent[index] as Uint8Array))).toBe(true);
    }
    const frames = sent.reduce((count, envelope) => count + frameCount(envelope.length), 0);
    const pongs = a.transport.counters.envelopesIn - before - sizes.length;
    expect(b.transport.counters.framesOut).toBeGreaterThanOrEqual(frames + pongs);
    expect(a.transport.counters.framesIn).toBeGreaterThanOrEqual(frames + pongs);
  });

  it('carries operations on their stem apart from the rest, both ways and in order', async () => {
    const { link, there } = await linked();
    const sent = Array.from({ length: 20 }, (_, index) => anEnvelope(TRANSFER, 3_000 * (index % 3), index));
    for (const envelope of sent) a.transport.send(link.number, envelope, true);
    a.transport.send(link.number, anEnvelope(PROPOSAL, 10));
    await until(() => b.stemmed.length === sent.length && b.messages.length === 1);
    expect(b.stemmed.every(({ envelope }, index) => equalBytes(envelope, sent[index] as Uint8Array))).toBe(true);
    expect(b.stemmed.every(({ link: by }) => by === there)).toBe(true);
    b.transport.send(there.number, sent[0] as Uint8Array, true);
    await until(() => a.stemmed.length === 1);
    expect(a.messages).toEqual([]);
  });

  it('knows when its node began, and is named as it was dialled', async () => {
    const { link, there } = await linked();
    expect(link).toMatchObject({ startWindow: startWindowOf(keyOf(2)), address: b.address() });
    expect(there).toMatchObject({ startWindow: startWindowOf(keyOf(1)) });
  });

  it('answers Ping, and tells nobody but how long it took', async () => {
    const before = a.transport.counters.envelopesIn;
    a.roundTrips.length = 0;
    await linked();
    await until(() => a.transport.counters.envelopesIn >= before + 5);
    expect([a.messages, b.messages, a.closed, b.closed]).toEqual([[], [], [], []]);
    expect(a.roundTrips.length).toBeGreaterThan(0);
    expect(a.roundTrips.every((micros) => Number.isInteger(micros) && micros >= 0)).toBe(true);
  });

  it('ends with Bye on both sides, and with the words of its reason', async () => {
    const { left } = b;
    const { link } = await linked();
    a.transport.close(link.number, 2);
    await until(() => b.closed.length === 1);
    expect(a.closed.map(({ reason }) => reason)).toEqual(['closed: peer refresh']);
    expect(b.closed.map(({ reason }) => reason)).toEqual(['bye: peer refresh']);
    a.transport.send(link.number, anEnvelope(TRANSFER, 10));
    const again = await linked();
    expect(again.link.number).not.toBe(link.number);
    expect(b.messages).toEqual([]);
    expect(b.left).toBe(left + 1);
  });

  it('is the only one to a key: of two that cross, both ends keep the same', async () => {
    await Promise.allSettled([a.transport.dial(b.address()), b.transport.dial(a.address())]);
    await until(() => {
      const [ofA, ofB] = [openLinks(a), openLinks(b)];
      return ofA.length === 1 && ofB.length === 1 && ofA[0]?.isOutgoing !== ofB[0]?.isOutgoing;
    });
    const [lower, higher] = nodeId(keyOf(1)) < nodeId(keyOf(2)) ? [a, b] : [b, a];
    if (openLinks(lower)[0]?.isOutgoing === false) {
      // The lower one's dial had ended before the other began: it may still take its place.
      await lower.transport.dial(higher.address());
    }
    expect(openLinks(lower)[0]?.isOutgoing).toBe(true);
    await expect(lower.transport.dial(higher.bareAddress())).rejects.toThrow('AlreadyLinked');
    await expect(higher.transport.dial(lower.bareAddress())).rejects.toThrow('AlreadyLinked');
    await until(() => openLinks(lower).length === 1 && openLinks(higher).length === 1);
    expect(openLinks(lower)[0]?.isOutgoing).toBe(true);
  });

  it('is with one of the nodes that were expected, or none', async () => {
    const [wanted, other] = [nodeId(keyOf(2)), nodeId(keyOf(3))];
    await expect(a.transport.dial(b.bareAddress(), new Set([other]))).rejects.toThrow('WrongNode');
    expect([a.opened, b.opened]).toEqual([[], []]);
    const link = await a.transport.dial(b.bareAddress(), new Set([other, wanted]));
    expect(link.nodeId).toBe(wanted);
    await until(() => openLinks(b).length === 1);
  });

  it('is not one with itself', async () => {
    await expect(a.transport.dial(a.bareAddress())).rejects.toThrow('SelfConnection');
    await expect(a.transport.dial(a.address())).rejects.toThrow('self');
    expect(a.opened).toEqual([]);
    expect(a.address()).toContain(`/p2p/${peerId(keyOf(1))}`);
  });

  it('keeps to 24 and 24, or as many as are allowed', async () => {
    const [few, third] = await Promise.all([
      aParty(3, { limits: { incoming: 1, outgoing: 1 } }),
      aParty(4, { limits: { outgoing: 1 } }),
    ]);
    await third.transport.dial(few.address());
    await until(() => few.opened.length === 1);
    await expect(third.transport.dial(b.address())).rejects.toThrow('TooManyOutgoing');
    await expect(a.transport.dial(few.address())).rejects.toThrow();
    expect(few.refused).toEqual(['TooManyIncoming']);
    const [link] = few.opened;
    expect(few.closed).toEqual([]);
    expect(link?.nodeId).toBe(nodeId(keyOf(4)));
  });

  it('waits with what it has to say as long as the other one pauses it, and loses nothing', async () => {
    const sizes = Array.from({ length: 14 }, (_, i) => 500_000 + i);
    let handled = 0;
    const busy = await aParty(3, {
      events: {
        message({ number }) {
          handled++;
          busy.transport.pause(number);
          setTimeout(() => busy.transport.resume(number), 5);
        },
      },
    });
    const link = await a.transport.dial(busy.address());
    await until(() => busy.opened.length === 1);
    busy.transport.pause(busy.opened[0]?.number ?? -1);
    for (const size of sizes) a.transport.send(link.number, anEnvelope(0x44, size));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(handled).toBe(0);
    busy.transport.resume(busy.opened[0]?.number ?? -1);
    await until(() => handled === sizes.length || busy.closed.length > 0);
    expect(busy.closed).toEqual([]);
    expect(a.transport.counters.dropped).toBe(0);
  });

  it('is told to be over by stop, and nothing listens after it', async () => {
    const c = await aParty(3);
    const address = c.address();
    await a.transport.dial(address);
    await until(() => c.opened.length === 1);
    await c.transport.stop();
    expect(c.closed.map(({ reason }) => reason)).toEqual(['closed: maintenance']);
    await until(() => a.closed.length === 1);
    expect(a.closed.map(({ reason }) => reason)).toEqual(['bye: maintenance']);
    await expect(a.transport.dial(address)).rejects.toThrow('ECONNREFUSED');
    await expect(c.transport.dial(a.address())).rejects.toThrow('Stopped');
  });
});
