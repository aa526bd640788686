import { peerId } from '#core/crypto/ids.ts';
import { type AccessLevel, LEVEL_ACCOUNT, LEVEL_CANDIDATE, LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import type { Counters, PeerStatus, Status } from '#node/api/schemas.ts';
import { countIn } from '#node/transport/counters.ts';
import type { Link } from '#node/transport/transport.ts';
import type { Pace, Standing } from './protocol.ts';

const LEVELS: Readonly<Record<AccessLevel, PeerStatus['level']>> = {
  [LEVEL_NODE]: 'node',
  [LEVEL_CANDIDATE]: 'candidate',
  [LEVEL_ACCOUNT]: 'account',
};

/** Final windows a status lists. */
const RECENT = 64;

/** Final windows whose pace is told: few, so that those of a catch-up are soon forgotten. */
const PACED = 8;

/** A rate is taken over this many milliseconds at least. */
const SHORTEST = 500;

type Counted = Pick<
  Status,
  'uptimeSeconds' | 'recent' | 'windowSeconds' | 'hashRate' | 'difficulty' | 'peers' | 'counters' | 'reasons'
>;

/** What a node counts for its owner. */
export class Figures {
  readonly counters = {
    finalWindows: 0,
    operationsFinal: 0,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    linksOpened: 0,
    linksClosed: 0,
    dialsFailed: 0,
    refused: 0,
    penalties: 0,
  } satisfies Counters;
  readonly #reasons = {
    refused: new Map<string, number>(),
    closed: new Map<string, number>(),
    penalties: new Map<string, number>(),
  };
  readonly #since = performance.now();
  readonly #links = new Map<number, { readonly link: Link; readonly peerId: string; readonly since: number }>();
  readonly #recent: Status['recent'] = [];
  /** When the last of them became final. */
  readonly #finals: number[] = [];
  #sample = { at: this.#since, iterations: 0 };
  #hashRate = 0;

  opened(link: Link): void {
    this.counters.linksOpened++;
    this.#links.set(link.number, { link, peerId: peerId(link.key), since: performance.now() });
  }

  /** Whether the link was open. */
  closed({ number }: Link, reason: string): boolean {
    if (!this.#links.delete(number)) return false;
    this.counters.linksClosed++;
    countIn(this.#reasons.closed, reason);
    return true;
  }

  /** A connection that became no link. */
  refused(reason: string): void {
    this.counters.refused++;
    countIn(this.#reasons.refused, reason);
  }

  penalty(reason: string): void {
    this.counters.penalties++;
    countIn(this.#reasons.penalties, reason);
  }

  messageIn({ length }: Uint8Array): void {
    this.counters.messagesIn++;
    this.counters.bytesIn += length;
  }

  messageOut({ length }: Uint8Array): void {
    this.counters.messagesOut++;
    this.counters.bytesOut += length;
  }

  final(standing: Standing, operations: number, now = performance.now()): void {
    this.#finals.push(now);
    if (this.#finals.length > PACED + 1) this.#finals.shift();
    this.counters.finalWindows++;
    this.counters.operationsFinal += operations;
    this.adopted(standing);
  }

  /** A state of a final window, by a snapshot. */
  adopted({ finalWindow: window, stateRoot }: Standing): void {
    this.#recent.push({ window, stateRoot });
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  /** Who is at the other end of an open link. */
  peerIdOf(link: number): string | undefined {
    return this.#links.get(link)?.peerId;
  }

  uptimeSeconds(now = performance.now()): number {
    return Math.floor((now - this.#since) / 1_000);
  }

  /** The open window takes the place of the first one as soon as it has lasted longer. */
  #windowSeconds(now: number): number | null {
    const [first, second, last] = [this.#finals[0], this.#finals[1], this.#finals[PACED]];
    if (first === undefined || second === undefined || last === undefined) return null;
    return Math.max(last - first, now - second) / 1_000 / PACED;
  }

  /** The part of a status that is counted here. */
  status({ iterations, difficulty }: Pace, now = performance.now()): Counted {
    const { refused, closed, penalties } = this.#reasons;
    const elapsed = now - this.#sample.at;
    if (elapsed >= SHORTEST) {
      this.#hashRate = Math.max(0, Math.round(((iterations - this.#sample.iterations) * 1_000) / elapsed));
      this.#sample = { at: now, iterations };
    }
    return {
      uptimeSeconds: this.uptimeSeconds(now),
      recent: [...this.#recent],
      windowSeconds: this.#windowSeconds(now),
      hashRate: this.#hashRate,
      difficulty,
      peers: [...this.#links.values()].map(({ link, peerId, since }) => ({
        link: link.number,
        nodeId: link.nodeId,
        peerId,
        address: link.address,
        level: LEVELS[link.level],
        isOutgoing: link.isOutgoing,
        seconds: Math.floor((now - since) / 1_000),
      })),
      counters: { ...this.counters },
      reasons: {
        refused: Object.fromEntries(refused),
        closed: Object.fromEntries(closed),
        penalties: Object.fromEntries(penalties),
      },
    };
  }
}
