/** What the transport did since it was made, for status and tests. Bytes are those of records. */
export class Counters {
  handshakesBegun = 0;
  handshakesDone = 0;
  linksOpened = 0;
  framesIn = 0;
  framesOut = 0;
  envelopesIn = 0;
  envelopesOut = 0;
  /** Envelopes that a full queue gave up. */
  dropped = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** By reason: connections and dials that never became a link. */
  readonly failed = new Map<string, number>();
  /** By reason: links that ended. */
  readonly closed = new Map<string, number>();
}

export const countIn = (counts: Map<string, number>, reason: string): void => {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
};

/** The name of an error of ours; what others throw is told in many ways, addresses in it, and has one name. */
export const reasonOf = (error: unknown, otherwise: string): string =>
  error instanceof Error && /^[A-Z]\w+$/.test(error.message) ? error.message : otherwise;
