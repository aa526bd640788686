import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyAnchorProof } from '#core/anchor/verify.ts';
import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Anchor } from '#core/consensus/objects.ts';
import { hashId } from '#core/crypto/hash.ts';
import type { FinalRecord, OpenRecord } from '#core/participant/types.ts';
import { OperationFates } from '#core/services/operation-fates.ts';
import type { Settled } from '#core/transition/settled.ts';
import { alone, firstAnchor, SENDER, suite } from './alone.suite.ts';
import { AnchorProofs } from './anchor-proofs.ts';
import { extendedProof, MOST_SCOPES } from './extend-proof.ts';
import { nodeIdOf } from './net.suite.ts';
import { ProofFolder } from './proof-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-proofs-'));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
const newFolder = (): string => join(root, String(folders++));

const ANCHORED = hashId('mt-app', Uint8Array.of(7));
const FIRST = firstAnchor(ZERO_ID, ANCHORED);

const judged = (bytes: Uint8Array, { entry, settled }: FinalRecord): unknown => {
  const verdict = verifyAnchorProof(bytes, {
    dataHash: ANCHORED,
    tau2Windows: settled.network.params.tau2Windows,
    trust: { type: 'checkpoint', window: settled.window, proposalHash: entry.header.id },
    verify: suite.verify,
    mostIterations: 1n << 20n,
  });
  return verdict.ok ? verdict.value.window : verdict.error;
};

describe('the proof of an Anchor', () => {
  it('is wanted before the Anchor leaves, durable before its window is, and holds for checkpoints from the window before on', async () => {
    const { host, close, submit, finals, told, order, proofs, headers } = alone(newFolder(), ZERO_ID);
    for (let i = 0; i < 2; i++) close();
    expect(await extendedProof(proofs, headers, FIRST.id).catch((error) => error)).toMatchObject({ statusCode: 404 });
    submit(FIRST);
    expect(proofs.read(FIRST.id)).toEqual({ type: 'wanted' });
    expect(await extendedProof(proofs, headers, FIRST.id).catch((error) => error)).toMatchObject({ statusCode: 409 });
    for (let i = 0; i < 4; i++) close();
    const made = told.flatMap((message) => (message.type === 'proof' ? [message.made] : []));
    const window = made[0]!.window;
    expect(made).toEqual([{ operation: FIRST.id, window, fault: undefined }]);
    expect(order).toEqual(['proof before the window']);
    const last = finals.at(-1)!.settled.window;
    expect(last).toBeGreaterThan(window + 1);
    for (let at = window - 1; at <= last; at++) {
      expect(judged(await extendedProof(proofs, headers, FIRST.id, at), finals[at]!)).toBe(window);
    }
    expect(judged(await extendedProof(proofs, headers, FIRST.id), finals[last]!)).toBe(window);
    for (const at of [window - 2, last + 1]) {
      const refused = await extendedProof(proofs, headers, FIRST.id, at).catch((error) => error);
      expect(refused).toMatchObject({ statusCode: 409 });
    }
    host.take({ type: 'stop' });
  });

  it('is asked for in pieces, and says where the node has no headers any more', async () => {
    const { host, close, submit, proofs, headers } = alone(newFolder(), ZERO_ID);
    close();
    submit(FIRST);
    for (let i = 0; i < 3; i++) close();
    const asked: number[] = [];
    const scopes = (most: number) => async (from: number, count: number) => {
      asked.push(count);
      const all = await headers.scopes(2, 1);
      return from > most ? [] : Array.from({ length: count }, () => all[0]!);
    };
    const far = { final: async () => 1_000, scopes: scopes(1_000) };
    await extendedProof(proofs, far, FIRST.id, 600);
    expect(asked.every((count) => count <= MOST_SCOPES)).toBe(true);
    expect(asked.length).toBe(3);
    const gone = await extendedProof(proofs, { ...far, scopes: scopes(1) }, FIRST.id, 600).catch((error) => error);
    expect(gone).toMatchObject({ statusCode: 410 });
    expect(gone.message).toMatch(/no longer keeps window 3; take a checkpoint up to window 2$/);
    host.take({ type: 'stop' });
  });

  it('is made again after a crash, from what was signed, of the own account or what was handed in here', async () => {
    const { host, close, submit, finals, opens, disk, headers } = alone(newFolder(), ZERO_ID);
    close();
    submit(FIRST);
    const before = disk.opened().settled;
    close();
    const record = finals.at(-1)!;
    expect(record.operations.map(({ id }) => id)).toEqual([FIRST.id]);
    const open = opens.filter(({ window }) => window === record.settled.window).at(-1)!;
    const restarted = (account: Id, isWanted: boolean, remembered: OpenRecord | undefined) => {
      const folder = new ProofFolder(newFolder());
      if (isWanted) folder.want(FIRST.id);
      return { folder, made: new AnchorProofs(folder, disk, account, remembered).final(record, before) };
    };
    for (const { folder, made } of [restarted(SENDER, false, open), restarted(ZERO_ID, true, open)]) {
      expect(made).toEqual([{ operation: FIRST.id, window: record.settled.window, fault: undefined }]);
      expect(judged(await extendedProof(folder, headers, FIRST.id), record)).toBe(record.settled.window);
      expect(folder.begin()).toEqual([]);
    }
    const foreign = restarted(ZERO_ID, false, open);
    expect([foreign.made, foreign.folder.read(FIRST.id)]).toEqual([[], undefined]);
    const lost = restarted(SENDER, false, undefined);
    expect(lost.made[0]?.fault).toContain('was away');
    const said = await extendedProof(lost.folder, headers, FIRST.id).catch((error) => error);
    expect(said).toMatchObject({ statusCode: 410 });
    // One that cannot be written is no longer waited for.
    const path = newFolder();
    const folder = new ProofFolder(path);
    const proofs = new AnchorProofs(folder, disk, SENDER, open);
    folder.want(FIRST.id);
    mkdirSync(join(path, 'proofs', `${FIRST.id}.proof.new`));
    expect(proofs.final(record, before)[0]?.fault).toMatch(/^the folder proofs: /);
    const unkept = await extendedProof(folder, headers, FIRST.id).catch((error) => error);
    expect(unkept).toMatchObject({ statusCode: 410, message: expect.stringContaining('its proof could not be kept') });
    host.take({ type: 'stop' });
  });
});

describe('after a snapshot', () => {
  const anchorOfNode = (index: number): Anchor => ({ ...FIRST, id: nodeIdOf(index), sender: nodeIdOf(index) });

  it('the proof of what settled in the windows that were skipped is lost, and of what waits it is wanted as before', async () => {
    const folder = new ProofFolder(newFolder());
    const [waiting, unknown, kept] = [anchorOfNode(0), anchorOfNode(1), anchorOfNode(2)];
    const proofs = new AnchorProofs(folder, { entry: () => undefined }, ZERO_ID, undefined);
    for (const anchor of [FIRST, waiting, unknown, kept]) proofs.submitted(anchor);
    folder.keep(kept.id, Uint8Array.of(1));
    const fates = new OperationFates(() => undefined);
    for (const anchor of [FIRST, waiting, kept]) fates.seen(anchor);
    const frontiers = new Map([
      [FIRST.sender, FIRST.id],
      [waiting.sender, waiting.prevHash],
      [kept.sender, kept.id],
    ]);
    const state = { account: (id: Id) => ({ frontierHash: frontiers.get(id), lastOpWindow: 70 }) };
    const settled = { window: 90, state } as unknown as Settled;
    fates.adopted(settled.state);
    const reason = 'but this node took a snapshot of window 90 in place of the windows before';
    expect(proofs.adopted(settled, fates)).toEqual([
      { operation: FIRST.id, window: 70, fault: `settled in window 70, ${reason}` },
      { operation: unknown.id, window: 90, fault: `it may have settled, ${reason}` },
    ]);
    const headers = { final: async () => 90, scopes: async () => [] };
    const said = (anchor: Anchor) => extendedProof(folder, headers, anchor.id).catch((error: unknown) => error);
    expect(await said(FIRST)).toMatchObject({
      statusCode: 410,
      message: expect.stringContaining('settled in window 70'),
    });
    expect(await said(unknown)).toMatchObject({ statusCode: 410 });
    expect(await said(waiting)).toMatchObject({ statusCode: 409 });
    expect(folder.read(kept.id)?.type).toBe('proof');
    // Told once.
    expect(proofs.adopted(settled, fates)).toEqual([]);
  });

  it('what nobody knew of and settles afterwards has its proof', () => {
    const { host, close, submit, finals, opens, disk } = alone(newFolder(), ZERO_ID);
    close();
    submit(FIRST);
    const before = disk.opened().settled;
    close();
    const record = finals.at(-1)!;
    const folder = new ProofFolder(newFolder());
    folder.want(FIRST.id);
    const open = opens.filter(({ window }) => window === record.settled.window).at(-1);
    const proofs = new AnchorProofs(folder, disk, ZERO_ID, open);
    proofs.adopted(before, new OperationFates(() => undefined));
    expect(folder.read(FIRST.id)?.type).toBe('lost');
    expect(proofs.final(record, before)).toMatchObject([{ operation: FIRST.id, fault: undefined }]);
    expect(folder.read(FIRST.id)?.type).toBe('proof');
    host.take({ type: 'stop' });
  });
});

describe('the folder of proofs', () => {
  it('makes nothing until there is something, forgets the oldest, and never a proof for a wish', () => {
    const folder = newFolder();
    const proofs = new ProofFolder(folder, 2);
    expect([proofs.begin(), proofs.read(ZERO_ID)]).toEqual([[], undefined]);
    const ids = Array.from({ length: 6 }, (_, index) => nodeIdOf(0).replace(/^./, String(index)));
    const [a, b, ...others] = ids as [Id, Id, ...Id[]];
    proofs.want(a);
    proofs.keep(a, Uint8Array.of(1));
    proofs.lost(b, 'away');
    for (const id of others.slice(0, 3)) proofs.want(id);
    expect(proofs.read(a)).toEqual({ type: 'proof', bytes: Uint8Array.of(1) });
    expect(proofs.begin()).toHaveLength(2);
    proofs.lost(a, 'never instead of a proof');
    expect(proofs.read(a)?.type).toBe('proof');
    // What a process that was killed has left, and what is nobody's.
    for (const name of [`${a}.proof.new`, 'notes.txt']) writeFileSync(join(folder, 'proofs', name), '');
    expect(proofs.begin()).toHaveLength(2);
    expect(readdirSync(join(folder, 'proofs')).filter((name) => name.endsWith('.new'))).toEqual([]);
    expect(readdirSync(join(folder, 'proofs')).length).toBeLessThanOrEqual(4);
  });
});
