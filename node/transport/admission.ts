import { GroupRates } from './group-rates.ts';
import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** The 48 bits of an IPv6 network as text. */
const network48 = (address: string): string => {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const words = [...before, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...after];
  return words
    .slice(0, 3)
    .map((word) => Number.parseInt(word, 16).toString(16))
    .join(':');
};

/** Source group of a multiaddr: /16 of an IPv4 address, /48 of an IPv6 one (06 §9); of anything else the whole. */
export const sourceGroup = (address: string): string => {
  const [, kind, host = ''] = address.split('/');
  if (kind === 'ip4') return `4:${host.split('.').slice(0, 2).join('.')}`;
  return kind === 'ip6' ? `6:${network48(host)}` : address;
};

/**
 * - `TooManyUnfinished`, `TooManyIncoming`: all places are taken.
 * - `TooManyOfGroup`: this group has its share of the unfinished.
 * - `GroupRate`, `GlobalRate`: too many connections from this group, or in all.
 */
export type Denied = 'TooManyUnfinished' | 'TooManyIncoming' | 'TooManyOfGroup' | 'GroupRate' | 'GlobalRate';

/** Who is here already. */
export interface Taken {
  /** Connections that are no links yet. */
  readonly unfinished: number;
  /** Of these, those of the group of the new one. */
  readonly ofGroup: number;
  /** Neither a node nor a client could become a link. */
  readonly isFull: boolean;
}

/** Who may begin a handshake: each costs this node a signature before the far end proved anything (06 §11). */
export class Admission {
  readonly #limits: Limits;
  readonly #global: TokenBucket;
  readonly #groups: GroupRates;

  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#global = new TokenBucket(limits.globalRate, limits.globalBurst, now);
    this.#groups = new GroupRates(limits.groupRate, limits.groupBurst);
  }

  /** A connection from `group`. Undefined: it may begin. */
  judge(group: string, { unfinished, ofGroup, isFull }: Taken, now: number): Denied | undefined {
    const limits = this.#limits;
    if (unfinished >= limits.unfinished) return 'TooManyUnfinished';
    if (isFull) return 'TooManyIncoming';
    if (ofGroup >= limits.unfinishedOfGroup) return 'TooManyOfGroup';
    const rate = this.#groups.of(group, now);
    if (rate.at(now) < 1) return 'GroupRate';
    if (this.#global.at(now) < 1) return 'GlobalRate';
    rate.take();
    this.#global.take();
    return undefined;
  }
}
