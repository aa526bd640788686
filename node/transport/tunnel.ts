import type { Connection, Stream } from '@libp2p/interface';
import { byteStream } from '@libp2p/utils';
import type { Id } from '#core/bytes/bytes.ts';
import {
  type AccessLevel,
  ADVERTISEMENT_WITH_WORK,
  decodeReply,
  slotOf,
  TUNNEL_GREETING,
  TUNNEL_REPLY,
} from '#core/tunnel/online-proof.ts';
import type { Handshakes } from './handshakes.ts';

/** Stream of the tunnel proof (06 §2). */
export const TUNNEL_PROTOCOL = '/montana/ibt/1.0.0';

/** A proof and one more try (06 §4.1). */
export const MOST_ATTEMPTS = 2;

export interface ProofTask {
  readonly handshakes: Handshakes;
  /** node_id of the listener. */
  readonly listener: Id;
  /** This node's own head window. */
  readonly head: bigint;
  /** bootstrap_pow_difficulty. */
  readonly difficulty: number;
  /** This node's key is in no table it knows: the first try brings work already. */
  readonly isNewcomer: boolean;
  /** Milliseconds for all of it, which is when the signal comes: work takes no longer either. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * Shows the listener who we are; answers the level it grants. A first refusal says nothing of its reason, so the second try brings all
 * that may have been missing: work, and where our own head is one slot from the listener's, our slot (06 §4.1, 09 §4). Throws
 * `TunnelProofRefused` or `TunnelTimeout`.
 */
export const proveTunnel = async (connection: Connection, task: ProofTask): Promise<AccessLevel> => {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const level = await tryProof(connection, task, attempt > 1).catch(() => undefined);
    if (level !== undefined) return level;
    if (connection.status !== 'open') break;
  }
  throw new Error(task.signal.aborted ? 'TunnelTimeout' : 'TunnelProofRefused');
};

/** One try. Undefined: no level in the answer; how a stream or connection ends instead of one is told in many ways. */

const tryProof = async (
  connection: Connection,
  { handshakes, listener, head, difficulty, isNewcomer, limit, signal }: ProofTask,
  isSecond: boolean,
): Promise<AccessLevel | undefined> => {
  const stream = await connection.newStream(TUNNEL_PROTOCOL, { signal });
  const bytes = byteStream(stream);
  const greeting = TUNNEL_GREETING.decode((await bytes.read({ bytes: TUNNEL_GREETING.minimum, signal })).subarray());
  if (!greeting.ok) throw new Error(greeting.error);
  const said = greeting.value.window;
  const distance = slotOf(head) - slotOf(said);
  const window = isSecond && (distance === 1n || distance === -1n) ? head : said;
  const proof = await handshakes.ask({
    kind: 'prove',
    listener,
    window,
    difficulty: isNewcomer || isSecond ? difficulty : undefined,
    limit,
  });
  if (!proof.ok) throw new Error(proof.error);
  await bytes.write(proof.value, { signal });
  await stream.close({ signal });
  const reply = decodeReply((await bytes.read({ bytes: TUNNEL_REPLY.minimum, signal })).subarray());
  return reply.ok ? reply.value : undefined;
};

/** Greets with our head window and takes one advertisement, of whatever length up to the longest there is and one byte more. */
export const takeAdvertisement = async (stream: Stream, head: bigint, signal: AbortSignal) => {
  const bytes = byteStream(stream, { maxBufferSize: 2 * ADVERTISEMENT_WITH_WORK.minimum });
  await bytes.write(TUNNEL_GREETING.encode({ window: head }), { signal });
  const longest = ADVERTISEMENT_WITH_WORK.minimum;
  const advertisement = new Uint8Array(longest + 1);
  let size = 0;
  while (size <= longest) {
    const more = await bytes.read({ signal });
    if (more === null) break;
    const piece = more.subarray().subarray(0, longest + 1 - size);
    advertisement.set(piece, size);
    size += piece.length;
  }
  return {
    advertisement: advertisement.subarray(0, size),
    reply: (answer: Uint8Array) => bytes.write(answer, { signal }),
  };
};
