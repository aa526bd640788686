import { afterEach, describe, expect, it } from 'vitest';
import { LEVEL_ACCOUNT, LEVEL_CANDIDATE, LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import { aParty, stopAll, until } from './party.suite.ts';

describe('who is served', () => {
  afterEach(stopAll);

  it('is also a stranger with work, read-only, and its place is free again behind it', async () => {
    const [stranger, b] = await Promise.all([aParty(5, { knows: [2] }), aParty(2, { knows: [2] })]);
    const link = await stranger.transport.dial(b.address());
    expect(link.level).toBe(LEVEL_NODE);
    await until(() => b.opened.length === 1);
    expect(b.opened[0]?.level).toBe(LEVEL_CANDIDATE);
    expect(b.left).toBe(0);
    stranger.transport.close(link.number, 0);
    await until(() => b.closed.length === 1);
    expect(b.left).toBe(1);
  });

  it('is an account, in places of its own beside those of nodes', async () => {
    const limits = { incoming: 1, clients: 1 };
    const host = await aParty(2, { knows: [2, 1], serves: [6, 7], limits });
    const [node, first, second] = await Promise.all([
      aParty(1, { knows: [2] }),
      aParty(6, { knows: [2] }),
      aParty(7, { knows: [2] }),
    ]);
    await node.transport.dial(host.address());
    const link = await first.transport.dial(host.address());
    await until(() => host.opened.length === 2);
    expect(host.opened.map(({ level }) => level)).toEqual([LEVEL_NODE, LEVEL_ACCOUNT]);
    await expect(second.transport.dial(host.address())).rejects.toThrow();
    await until(() => host.refused.length > 0);
    // All places are taken before the handshake; with one for a node left, after it.
    expect(['TooManyIncoming', 'TooManyClients']).toContain(host.refused[0]);
    first.transport.close(link.number, 0);
    await until(() => host.closed.length === 1);
    await second.transport.dial(host.address());
    await until(() => host.opened.length === 3);
  });

  it('brings work to a bootstrap node at the second try', async () => {
    const [a, b] = await Promise.all([aParty(1), aParty(2, { isBootstrap: true })]);
    await a.transport.dial(b.address());
    await until(() => b.opened.length === 1);
    expect(b.opened[0]?.level).toBe(LEVEL_NODE);
    expect(b.refused).toEqual([]);
  });

  it('shows at the second try the slot of its own head, if that is one from the listener', async () => {
    const b = await aParty(2, { head: 100n, judgesAt: 104n });
    const [ahead, behind] = await Promise.all([aParty(1, { head: 102n }), aParty(3, { head: 100n })]);
    await expect(behind.transport.dial(b.address())).rejects.toThrow('TunnelProofRefused');
    expect(b.refused).toEqual(['InvalidSignature']);
    await ahead.transport.dial(b.address());
    await until(() => b.opened.length === 1);
  });

  it('does a dialer keep a listener in no table only under the key it was told', async () => {
    const [a, b] = await Promise.all([aParty(1, { knows: [1] }), aParty(2)]);
    await expect(a.transport.dial(b.bareAddress())).rejects.toThrow('UnknownListener');
    await until(() => b.refused.length === 1);
    expect(b.refused).toEqual(['NoTunnelProof']);
    const link = await a.transport.dial(b.address());
    expect(link.level).toBe(LEVEL_CANDIDATE);
  });
});
