import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** How many groups are remembered before those that did nothing lately are forgotten. */
const GROUPS = 256;

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
 * - `GroupRate`, `GlobalRate`: too many connections from this group, or in all.
 */
export type Denied = 'TooManyUnfinished' | 'TooManyIncoming' | 'GroupRate' | 'GlobalRate';

/** Who may begin a handshake: each costs this node a signature before the far end proved anything (06 §11). */
export class Admission {
  readonly #limits: Limits;
  readonly #global: TokenBucket;
  readonly #groups = new Map<string, TokenBucket>();

  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#global = new TokenBucket(limits.globalRate, limits.globalBurst, now);
  }

  /** Groups remembered. */
  get groups(): number {
    return this.#groups.size;
  }

  /** A connection from `address`, while so many others are unfinished and so many are links. Undefined: it may begin. */
  judge(address: string, unfinished: number, incoming: number, now: number): Denied | undefined {
    const limits = this.#limits;
    if (unfinished >= limits.unfinished) return 'TooManyUnfinished';
    if (incoming >= limits.incoming) return 'TooManyIncoming';
    const name = sourceGroup(address);
    const group = this.#groups.get(name) ?? new TokenBucket(limits.groupRate, limits.groupBurst, now);
    if (group.at(now) < 1) return 'GroupRate';
    if (this.#global.at(now) < 1) return 'GlobalRate';
    group.take();
    this.#global.take();
    if (this.#groups.size >= GROUPS && !this.#groups.has(name)) this.#forget(now);
    this.#groups.set(name, group);
    return undefined;
  }

  #forget(now: number): void {
    for (const [name, group] of this.#groups) if (group.isFull(now)) this.#groups.delete(name);
  }
}
