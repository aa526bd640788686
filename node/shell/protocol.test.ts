import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { encodeAdvertisement, LEVEL_ACCOUNT, LEVEL_NODE, proveOnline } from '#core/tunnel/online-proof.ts';
import { accountKey, anchorOf, LiveNet, nodeKey, type Seat } from './net.suite.ts';
import { struckBy } from './strikes.suite.ts';

describe('the protocol’s thread of a single node', () => {
  let net: LiveNet;
  let seat: Seat;

  beforeEach(() => {
    net = new LiveNet(1, 20_000);
    seat = net.seat(0);
  });

  afterEach(() => net.close());

  it('closes windows, and says so', async () => {
    await net.start(0);
    await net.until(() => seat.finals.has(4));
    expect([...seat.finals.keys()].slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    const standing = await net.protocol(0).standing();
    expect(standing.window).toBe(standing.finalWindow + 1);
    expect(seat.finals.get(standing.finalWindow)).toBe(standing.stateRoot);
    expect(net.protocol(0).head()).toBe(BigInt(standing.window));
  });

  it('killed, it goes on from its store', async () => {
    // As a process: a thread that is ended in the middle of its work can take this one along.
    await net.start(0, {}, struckBy());
    await net.until(() => seat.finals.has(2));
    await net.kill(0);
    const last = Math.max(...seat.finals.keys());
    await net.start(0, {}, struckBy());
    expect((await net.protocol(0).standing()).finalWindow).toBeGreaterThanOrEqual(last);
    await net.until(() => seat.finals.has(last + 3));
    expect(seat.stopped).toBeUndefined();
  });

  it('with ML-DSA absent from node:crypto it does the same', async () => {
    const other = new LiveNet(1, 20_000, { portable: true });
    await other.start(0);
    await other.until(() => other.seat(0).finals.has(1));
    await other.close();
    await net.start(0);
    await net.until(() => seat.finals.has(1));
    for (const window of [0, 1]) expect(other.seat(0).finals.get(window)).toBe(seat.finals.get(window));
  });

  it('judges who comes, and says what bytes are bad', async () => {
    await net.start(0);
    const protocol = net.protocol(0);
    const [node, account] = [nodeKey(0), accountKey(0)];
    const bytes = encodeAdvertisement(proveOnline(account, nodeId(node.publicKey), protocol.head(), ZERO_ID));
    const judged = await protocol.judge(bytes, account.publicKey, '4:127.0');
    expect(judged.ok && judged.value).toMatchObject({ level: LEVEL_ACCOUNT, reply: Uint8Array.of(LEVEL_ACCOUNT) });
    if (judged.ok) judged.value.leave();
    expect(await protocol.judge(bytes, account.publicKey, '4:127.0')).toEqual({ ok: false, error: 'NonceReused' });
    expect(await protocol.classify(node.publicKey)).toEqual({ level: LEVEL_NODE, startWindow: 0 });
    expect(await protocol.classify(nodeKey(5).publicKey)).toBeUndefined();
    protocol.peerUp(1, false);
    protocol.message(1, new Uint8Array(20), false);
    protocol.peerDown(1);
    await net.until(() => seat.penalties.length > 0);
    expect(seat.penalties).toEqual(['InvalidMsgType']);
  });

  it('takes operations, not before their window', async () => {
    await net.start(0);
    const operation = anchorOf(0);
    const protocol = net.protocol(0);
    protocol.submit(operation.bytes.subarray(1));
    const { window } = await protocol.standing();
    // Windows go on while it is on its way.
    protocol.submit(operation.bytes, window + 25);
    await net.until(() => seat.confirmed.length > 0);
    expect(seat.submitted).toEqual(['reject: UnsupportedType', 'scheduled', 'accept']);
    expect(seat.confirmed).toEqual([operation.id]);
    expect(Math.max(...seat.finals.keys())).toBeGreaterThanOrEqual(window + 24);
  });

  it('begins no journal in the middle of its life: it could not be replayed', async () => {
    await net.start(0);
    await net.protocol(0).stop();
    await expect(net.start(0, { journal: true })).rejects.toThrow(
      /^a journal begins with an empty store; set journal: off in montana\.yaml, or, to begin one, stop the node, wait /,
    );
    expect(seat.stopped).toContain('set journal: off');
  });

  it('a store that is not installed is one line, with what to do', async () => {
    const store = 'file:///nowhere/store.ts';
    await expect(net.start(0, { store })).rejects.toThrow(/^the store cannot be loaded: [^\n]+; run "npm install" /);
  });

  it('a store that cannot be opened is one line, and all that is asked is refused', async () => {
    await expect(net.start(0, { folder: '/nowhere' })).rejects.toThrow('ENOENT');
    expect(seat.stopped).toContain('ENOENT');
    expect(seat.stopped).not.toContain('\n');
    await expect(net.protocol(0).classify(nodeKey(0).publicKey)).rejects.toThrow('ENOENT');
  });
});
