import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Bundle, Header, Operation, Phase, ProtocolObject, Vote } from '#core/consensus/objects.ts';
import type { Notice } from '#core/host/host.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { AccountRecord, NodeRecord } from '#core/state/records.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Scene } from './types.ts';

// Notices made by hand, with as much in them as observers look at.

export const id = (name: string): Id => Buffer.from(name).toString('hex').padEnd(64, '0');

export const EMISSION = 13n;
export const TAU2 = 10;

const network = { params: { emissionMoneta: EMISSION, tau2Windows: TAU2 } };

export interface SceneOptions {
  readonly hosts?: number;
  readonly dishonest?: readonly number[];
  readonly down?: readonly number[];
}

/** Hosts n0, n1, …; the node of host i is `nodeOf(i)`. */
export const scene = ({ hosts = 4, dishonest = [], down = [] }: SceneOptions = {}): Scene => ({
  network: network as unknown as Scene['network'],
  names: Array.from({ length: hosts }, (_, i) => `n${i}`),
  isHonest: (host) => !dishonest.includes(host),
  isUp: (host) => !down.includes(host),
});

export const nodeOf = (host: number): Id => id(`node ${host}`);
export const hostOf = (nodeId: Id): number | undefined => {
  const host = Number(Buffer.from(nodeId, 'hex').toString().replaceAll('\0', '').slice('node '.length));
  return Number.isInteger(host) && host < 4 ? host : undefined;
};

export interface FinalOptions {
  readonly hash?: string;
  /** The proposal that it follows. */
  readonly after?: string;
  readonly root?: string;
  readonly balances?: readonly bigint[];
  readonly nodes?: readonly Partial<NodeRecord>[];
  /** Hosts whose bundles are included. */
  readonly included?: readonly number[];
  /** Bodies of the window, and which of them changed the state: all, if not given. */
  readonly operations?: readonly Operation[];
  readonly applied?: readonly Id[];
  readonly certificate?: readonly Vote[];
}

/** S_W as observers read it. */
export const settled = (window: number, options: FinalOptions = {}): Settled => {
  const { hash = `proposal ${window}`, root = `state ${window}`, balances = [], nodes = [] } = options;
  return {
    network,
    window,
    side: { proposalHash: id(hash) },
    state: {
      stateRoot: () => id(root),
      accounts: () => balances.map((balance) => ({ balance }) as AccountRecord),
      nodes: () => nodes,
    },
  } as unknown as Settled;
};

export const final = (window: number, options: FinalOptions = {}): Notice => {
  const { after = `proposal ${window - 1}`, included = [], operations = [], certificate = [] } = options;
  const record = {
    settled: settled(window, options),
    operations,
    entry: {
      header: { prevProposalHash: window === 0 ? ZERO_ID : id(after) },
      operations: options.applied ?? operations.map((operation) => operation.id),
      bundles: included.map((host) => ({ nodeId: nodeOf(host), hash: id('bundle') })),
    },
    certificate,
  };
  return { type: 'final', record: record as unknown as FinalRecord, round: 1 };
};

export const operation = (name: string, sender: string, prevHash: string): Operation =>
  ({ kind: 'operation', id: id(name), sender: id(sender), prevHash: id(prevHash) }) as Operation;

export const confirmed = ({ id: operation }: Operation, window: number): Notice => ({
  type: 'confirmed',
  notice: { operation, window },
});

export const accepted = (object: ProtocolObject): Notice => ({ type: 'accepted', object });
export const published = (object: ProtocolObject): Notice => ({ type: 'published', object });
export const entered = (window: number): Notice => ({ type: 'entered', window });

export const bundle = (host: number, window: number, name: string): Bundle =>
  ({ kind: 'bundle', id: id(name), nodeId: nodeOf(host), window }) as Bundle;

export const vote = (host: number, window: number, round: number, phase: Phase, value: string): Vote =>
  ({
    ...{ kind: 'vote', id: id(`${phase} ${value}`), nodeId: nodeOf(host), window, round, phase },
    proposalHash: id(value),
  }) as Vote;

export const proposal = (host: number, window: number, fallbackDepth: number, name: string): ProtocolObject =>
  ({
    kind: 'proposal',
    id: id(`again ${name}`),
    header: { id: id(name), window, fallbackDepth, proposerNodeId: nodeOf(host) } as Header,
  }) as ProtocolObject;
