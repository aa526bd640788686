import * as z from 'zod';
import type { Checkpoint } from '#core/sync/phase.ts';
import { type Address, parseAddress, parseLoopback } from './addresses.ts';

/** A key of `montana.yaml`. The file's template, the table of `montana node config` and the check of a file all come from here. */
interface Key<T> {
  /** As it stands in the file. */
  readonly initial: unknown;
  /** What the key takes, in a few words. */
  readonly takes: string;
  /** What it does: one sentence or two. */
  readonly about: string;
  /** A value the template shows instead of the default. */
  readonly example?: unknown;
  readonly schema: z.ZodType<T>;
}

const key = <T>(initial: unknown, takes: string, about: string, schema: z.ZodType<T>, example?: unknown) =>
  ({ initial, takes, about, schema, ...(example === undefined ? {} : { example }) }) satisfies Key<T>;

const say = (error: string): { readonly error: string } => ({ error });

const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, say(`write ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`));

const switched = choice('on', 'off').transform((value) => value === 'on');

const whole = (least: number, most: number) => {
  const wrong = say(`write a whole number from ${least} to ${most}`);
  return z.int(wrong).min(least, wrong).max(most, wrong);
};

const text = (what: string) => z.string(say(`write ${what}`)).min(1, say(`write ${what}`));

const addresses = (fits: (address: Address) => boolean, what: string) =>
  z.array(
    z.string(say(`write ${what}`)).refine(
      (value) => {
        const address = parseAddress(value);
        return address !== undefined && fits(address);
      },
      say(`write ${what}`),
    ),
    say(`write a list: one "- ${what}" a line, or [] for none`),
  );

const CHECKPOINT = /^(0|[1-9]\d{0,14}):([0-9a-f]{64})$/;

/** undefined: not of the form `window:proposal_hash`. */
export const parseCheckpoint = (text: string): Checkpoint | undefined => {
  const [, window, proposalHash] = CHECKPOINT.exec(text) ?? [];
  return window !== undefined && proposalHash !== undefined ? { window: Number(window), proposalHash } : undefined;
};

const checkpoint = z.string(say('write none or window:proposal_hash')).transform((value, ctx) => {
  const parsed = parseCheckpoint(value);
  if (value === 'none' || parsed !== undefined) return parsed;
  ctx.addIssue({ code: 'custom', message: 'write none, or a window number, a colon and 64 lower-case hex digits' });
  return z.NEVER;
});

const NOT_LOOPBACK =
  'write off, or an address of this machine alone, as 127.0.0.1:8445; from elsewhere, come through a tunnel such as ssh -L';

const loopback = z.string(say(NOT_LOOPBACK)).transform((value, ctx) => {
  const address = parseLoopback(value);
  if (value === 'off' || address !== undefined) return address;
  ctx.addIssue({ code: 'custom', message: NOT_LOOPBACK });
  return z.NEVER;
});

const PEER = '/ip4/203.0.113.5/tcp/8444/p2p/Qm…';

/** Every key of `montana.yaml`, in the order of the template. */
export const KEYS = {
  genesis: key(
    'genesis.yaml',
    'a path, relative to the folder',
    'Genesis file: which network this is. Every node of a network has the same file.',
    text('the path of a genesis file'),
  ),
  listen: key(
    ['/ip4/0.0.0.0/tcp/8444'],
    'a list of multiaddrs',
    'Where other nodes reach this one. /ip4/0.0.0.0 is every interface; [] listens nowhere.',
    addresses(({ isIp, peerId }) => isIp && peerId === undefined, 'an address to listen at, as /ip4/0.0.0.0/tcp/8444'),
  ),
  announce: key(
    [],
    'a list of multiaddrs',
    'Where others reach this node, if not at `listen`: behind a router that forwards a port. Shown by `montana node status`.',
    addresses(({ peerId }) => peerId === undefined, 'an address others dial, as /ip4/203.0.113.5/tcp/8444'),
    ['/ip4/203.0.113.5/tcp/8444'],
  ),
  peers: key(
    [],
    'a list of multiaddrs with /p2p/Qm…',
    'Nodes to keep a connection to; others are learnt from them. The peer id pins the key of the far end. This node itself may be listed; it is left out.',
    addresses(({ peerId }) => peerId !== undefined, `a peer's address with its peer id, as ${PEER}`),
    [PEER],
  ),
  maxOutbound: key(
    24,
    '0 to 1000',
    'Connections this node dials and keeps: to `peers`, then to nodes it learnt of.',
    whole(0, 1_000),
  ),
  maxInbound: key(
    24,
    '0 to 1000',
    'Connections of others that it keeps; the least useful makes room for a newcomer.',
    whole(0, 1_000),
  ),
  discover: key(
    'on',
    'on or off',
    'Whether the node asks its peers for others and connects to them. off: it dials its `peers` and nobody else.',
    switched,
  ),
  diversity: key(
    'on',
    'on or off',
    'Whether the connections it chooses are spread over networks and ages of nodes. off: for test networks, whose nodes share an address.',
    switched,
  ),
  stem: key(
    'on',
    'on or off',
    'Whether operations travel over a stem before everybody gets them, which makes it hard to see who made them.',
    switched,
  ),
  timers: key(
    'ordinary',
    'ordinary or patient',
    'How long a node waits inside a window, in shares of its own pace. patient leaves nobody out because of a slow machine.',
    choice('ordinary', 'patient'),
  ),
  admitObservers: key(
    'on',
    'on or off',
    'Whether nodes that are in no table may connect and read: newcomers, at most 8 at a time.',
    switched,
  ),
  bootstrap: key(
    'off',
    'on or off',
    'Whether this node is an entry point of its network and asks for a proof of work.',
    switched,
  ),
  entry: key(
    'on',
    'on or off',
    'While this node is not in the node table: whether it seeks entry as a candidate, under the account of its own identity.',
    switched,
  ),
  snapshots: key(
    'on',
    'on or off',
    'Whether the node writes a snapshot of the state at the first suitable window of each selection interval (336 windows on the main network), keeps the last two, and gives them to nodes that join.',
    switched,
  ),
  fastSync: key(
    'on',
    'on or off',
    'Whether a node that is far behind takes a verified snapshot. off: it applies every window itself.',
    switched,
  ),
  checkpoint: key(
    'none',
    'none or window:proposal_hash',
    'A final proposal you vouch for. The node stops where its history does not lead through it.',
    checkpoint,
  ),
  tau1Seconds: key(
    60,
    '1 to 3600',
    'τ₁ of network timers in seconds: backoff of dialling, bans and quotas count in it. Rules of the protocol do not.',
    whole(1, 3_600),
  ),
  journal: key(
    'off',
    'on or off',
    'Whether every input of the protocol is recorded, for `montana replay`; only from the first start of a folder on. The journal grows without bound.',
    switched,
  ),
  api: key(
    'off',
    'off or host:port of the loopback interface',
    'Where the API is served besides the unix socket, to those who send the token in api.token. Port 0: any; api.address says which.',
    loopback,
    '127.0.0.1:8445',
  ),
  logLevel: key(
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    'What is logged: one JSON object a line.',
    choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
  logFile: key(
    'stderr',
    'stderr or a path, relative to the folder',
    'Where the log goes. A file is appended to.',
    text('stderr, or the path of a file'),
  ),
} as const satisfies Readonly<Record<string, Key<unknown>>>;

export type KeyName = keyof typeof KEYS;

/** The names in the order of the table. */
export const KEY_NAMES = Object.keys(KEYS) as readonly KeyName[];

/** What a configuration file says, defaults filled in. */
export type Config = { readonly [K in KeyName]: z.output<(typeof KEYS)[K]['schema']> };

/** An unknown key is a fault; a missing one has its default. */
export const configSchema = z.strictObject(
  Object.fromEntries(KEY_NAMES.map((name) => [name, KEYS[name].schema.prefault(KEYS[name].initial as never)])),
) as unknown as z.ZodType<Config>;
