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

/** Ends a connection whose bytes are no request, or whose headers are too long. */
export const refuseClient = (error: Error, socket: Duplex): void => {
  const isLong = systemCode(error) === 'HPE_HEADER_OVERFLOW';
  const status = isLong ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify({ error: isLong ? 'the headers are too long' : 'this is no request of HTTP/1.1' });
  const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`);
  else socket.destroy();
};
