import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { LoopbackAddress } from '#node/config/addresses.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import { ARRIVAL, MOST_CONNECTIONS, MOST_HEADER, refuseClient } from './limits.ts';

export interface TcpListener {
  /** `127.0.0.1:8445`; in the file too. */
  readonly address: string;
  /** Takes nobody any more; resolves when the last answer is out. The file is gone then. */
  close(): Promise<void>;
  /** Ends what still runs. */
  cut(): void;
}

/** Requests that came over TCP. Asked of their connection, one that is gone would no longer say it. */
const overTcp = new WeakSet<IncomingMessage>();

export const isOverTcp = (request: IncomingMessage): boolean => overTcp.has(request);

/** Serves `api` on a port of the loopback interface, 0 for any that is free, and writes to `file` where. Throws `Refused`. */
export const serveTcp = async (
  api: FastifyInstance,
  { host, port }: LoopbackAddress,
  file: string,
): Promise<TcpListener> => {
  const limits = { maxHeaderSize: MOST_HEADER, requestTimeout: ARRIVAL, headersTimeout: ARRIVAL };
  const server = createServer(limits, (request, response) => {
    overTcp.add(request);
    api.routing(request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', refuseClient);
  await api.ready();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  } catch (error) {
    const what = systemCode(error) === 'EADDRINUSE' ? 'the port is in use' : systemReason(error);
    throw new Refused(
      `the API cannot listen at ${host}:${port}: ${what}; change api in montana.yaml, or free the port`,
    );
  }
  const at = (server.address() as AddressInfo).port;
  const address = `${isIPv6(host) ? `[${host}]` : host}:${at}`;
  writeFileSync(file, `${address}\n`);
  return {
    address,
    async close() {
      rmSync(file, { force: true });
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await closed;
    },
    cut: () => server.closeAllConnections(),
  };
};
