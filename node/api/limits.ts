import type { Duplex } from 'node:stream';
import { systemCode } from '#node/config/refused.ts';

/* Bounds on what those who use the API can make the node do. */

/** An operation is at most 5 376 bytes, twice as many digits. */
export const MOST_BODY = 16_384;
/** Bytes of a request's line and headers. */
export const MOST_HEADER = 8_192;
/** Connections to one listener. */
export const MOST_CONNECTIONS = 128;
/** Milliseconds that a request may take to arrive. */
export const ARRIVAL = 10_000;
/** Requests answered a second at either door, and at once: a share of a core, whoever asks. */
export const RATE = 4_000;

/** Status and words by the code of the error; of any other one the bytes are to blame. */
const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
};
const NO_REQUEST = ['400 Bad Request', 'this is no request of HTTP/1.1'] as const;

/** Ends a connection whose bytes are no request, came too slowly, or whose headers are too long. */
export const refuseClient = (error: Error, socket: Duplex): void => {
  const [status, words] = REFUSALS[systemCode(error) ?? ''] ?? NO_REQUEST;
  const body = JSON.stringify({ error: words });
  const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`);
  else socket.destroy();
};
