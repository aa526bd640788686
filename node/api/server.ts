import { chmodSync, rmSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import { parseHex } from '#core/bytes/bytes.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import { askStatus } from './client.ts';
import { type OperationAnswer, operationRequestSchema, type Status } from './schemas.ts';

/** What the API asks the node. */
export interface ApiPorts {
  /** undefined: the node is still starting, or about to end. */
  status(): Promise<Status | undefined>;
  /** Begins to stop; the answer does not wait for the end. */
  stop(): void;
  /** A well-formed operation. undefined: the node is still starting, or about to end. */
  submit(id: string, operation: Uint8Array, notBefore: number | undefined): Promise<OperationAnswer> | undefined;
}

/** An operation is at most 5 371 bytes. */
const MOST_BODY = 16_384;

const BUSY = { error: 'the node is starting or stopping; ask again in a moment' };

/** The API of a node, on no socket yet (design of its schemas: `schemas.ts`). */
export const makeApi = (ports: ApiPorts): FastifyInstance => {
  const api = Fastify({ bodyLimit: MOST_BODY, forceCloseConnections: 'idle' });
  api.get('/status', async (_, reply) => (await ports.status()) ?? reply.code(503).send(BUSY));
  api.post('/stop', async () => {
    ports.stop();
    return { pid: process.pid };
  });
  api.post('/operations', async ({ body }, reply) => {
    const request = operationRequestSchema.safeParse(body);
    if (!request.success) {
      const { path, message } = request.error.issues[0]!;
      return reply.code(400).send({ error: [...path, message].join(': ') });
    }
    const bytes = parseHex(request.data.operation)!;
    const operation = decodeOperation(bytes);
    if (!operation.ok) return reply.code(400).send({ error: `operation: ${operation.error}` });
    const answer = await ports.submit(operation.value.id, bytes, request.data.notBefore);
    return answer ?? reply.code(503).send(BUSY);
  });
  api.setNotFoundHandler(({ method, url }, reply) =>
    reply.code(404).send({ error: `no ${method} ${url}; there are GET /status, POST /stop, POST /operations` }),
  );
  api.setErrorHandler((error, _, reply) => {
    const { statusCode = 500, message } = error as { readonly statusCode?: number; readonly message: string };
    return reply.code(statusCode).send({ error: message });
  });
  return api;
};

/**
 * Serves `api` on a unix socket that only its owner can use. A socket that nobody serves any more is replaced. Throws `Refused` where a
 * node serves it already: a folder has one node.
 */
export const serveApi = async (api: FastifyInstance, socket: string): Promise<void> => {
  try {
    await listenOwn(api, socket);
  } catch (error) {
    if (error instanceof Refused) throw error;
    const advice =
      systemCode(error) === 'EINVAL' ? 'its path is too long; choose a shorter --dir' : 'make the folder writable';
    throw new Refused(`${socket}: cannot be served: ${systemReason(error)}; ${advice}`);
  }
};

const listenOwn = async (api: FastifyInstance, socket: string): Promise<void> => {
  const running = await askStatus(socket);
  if (running.type !== 'nobody') {
    const who = running.type === 'status' ? ` with pid ${running.status.pid}` : '';
    throw new Refused(`a node runs in this folder${who}; "montana node stop" ends it, "montana node status" asks it`);
  }
  rmSync(socket, { force: true });
  await api.listen({ path: socket });
  chmodSync(socket, 0o600);
};
