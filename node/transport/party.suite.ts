import { fail, ok } from '#core/bytes/result.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { ProofListener, type Tables } from '#core/tunnel/listener.ts';
import { LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import { encodeEnvelope } from '#core/wire/envelope.ts';
import { createTransport } from './create.ts';
import type { LiveTransport, TransportOptions } from './options.ts';
import type { Doorkeeper, Link, TransportEvents } from './transport.ts';

export const seedOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
export const keyOf = (fill: number): Uint8Array => mlDsa65.key(seedOf(fill)).publicKey;

/** The window in which the node of a key began, as every party has it. */
export const startWindowOf = (key: Uint8Array): number => key[0] as number;

/** So few trials that work is there at once. */
export const DIFFICULTY = 16;

export const anEnvelope = (code: number, size: number, fill = code): Uint8Array =>
  encodeEnvelope({ code, requestId: 0n, payload: new Uint8Array(size).fill(fill) });

/** Resolves when `holds`; checks every few milliseconds. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

export interface Party {
  readonly transport: LiveTransport;
  readonly opened: Link[];
  readonly closed: { readonly link: Link; readonly reason: string }[];
  readonly refused: string[];
  readonly failed: string[];
  readonly messages: { readonly link: Link; readonly envelope: Uint8Array }[];
  readonly stemmed: { readonly link: Link; readonly envelope: Uint8Array }[];
  readonly roundTrips: number[];
  /** Where it listens, with its PeerId. */
  address(): string;
  /** The same without. */
  bareAddress(): string;
  left: number;
}

export interface PartyOptions extends Partial<Omit<TransportOptions, 'events'>> {
  /** Instead of noting what is told. */
  readonly events?: Partial<TransportEvents>;
  /** Fills of the keys that are nodes in this one's tables. */
  readonly knows?: readonly number[];
  /** Fills of the keys that are accounts in them. */
  readonly serves?: readonly number[];
  readonly isBootstrap?: boolean;
  /** Head that it greets with, and that it judges proofs at if another. */
  readonly head?: bigint;
  readonly judgesAt?: bigint;
}

/** Links that have not ended. */
export const openLinks = ({ opened, closed }: Party): readonly Link[] =>
  opened.filter((link) => !closed.some((end) => end.link === link));

const parties: Party[] = [];

/** A node on 127.0.0.1 with the core's listener of tunnel proofs behind its doorkeeper. */
export const aParty = async (fill: number, options: PartyOptions = {}): Promise<Party> => {
  const { knows = [1, 2, 3, 4], serves = [], isBootstrap = false, head = 100n, judgesAt = head, ...rest } = options;
  const nodes = new Set(knows.map((known) => nodeId(keyOf(known))));
  const accounts = new Set(serves.map((served) => nodeId(keyOf(served))));
  const tables: Tables = {
    isNode: (node) => nodes.has(node),
    candidateKey: () => undefined,
    isCurrentAccountKey: (key) => accounts.has(nodeId(key)),
  };
  const listener = new ProofListener({
    nodeId: nodeId(keyOf(fill)),
    verify: mlDsa65.verify,
    difficulty: DIFFICULTY,
    isBootstrap,
    admitsObservers: true,
  });
  const doorkeeper: Doorkeeper = {
    head: () => head,
    async judge(advertisement, remoteKey) {
      const grant = listener.judge(advertisement, remoteKey, judgesAt, tables);
      if (!grant.ok) return fail(grant.error);
      const leave = (): void => {
        party.left++;
        listener.leave(grant.value);
      };
      return ok({ level: grant.value.level, startWindow: startWindowOf(remoteKey), reply: grant.value.reply, leave });
    },
    classify: async (key) =>
      nodes.has(nodeId(key)) ? { level: LEVEL_NODE, startWindow: startWindowOf(key) } : undefined,
  };
  const transport = await createTransport({
    seed: seedOf(fill),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    doorkeeper,
    difficulty: DIFFICULTY,
    ...rest,
    limits: { groupBurst: 50, groupRate: 50, unfinishedOfGroup: 10, ...rest.limits },
    events: {
      opened: (link) => party.opened.push(link),
      message: (link, envelope, onStem) => (onStem ? party.stemmed : party.messages).push({ link, envelope }),
      roundTrip: (_link, micros) => party.roundTrips.push(micros),
      closed: (link, reason) => party.closed.push({ link, reason }),
      refused: (_address, reason) => party.refused.push(reason),
      failed: (reason) => party.failed.push(reason),
      ...rest.events,
    },
  });
  const address = (): string => transport.addresses()[0] as string;
  const party: Party = {
    transport,
    opened: [],
    closed: [],
    refused: [],
    failed: [],
    messages: [],
    stemmed: [],
    roundTrips: [],
    address,
    bareAddress: () => address().replace(/\/p2p\/.*/, ''),
    left: 0,
  };
  parties.push(party);
  await transport.start();
  return party;
};

/** Stops every node made since the last call. */
export const stopAll = async (): Promise<void> => {
  await Promise.all(parties.splice(0).map(({ transport }) => transport.stop()));
};
