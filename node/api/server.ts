import { chmodSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { inShell } from '#node/config/in-shell.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import { TokenBucket } from '#node/transport/token-bucket.ts';
import { ApiError } from './api-error.ts';
import { askStatus } from './client.ts';
import { ARRIVAL, MOST_BODY, MOST_CONNECTIONS, MOST_HEADER, RATE, refuseClient } from './limits.ts';
import type { ApiPorts, Route } from './route.ts';
import { ROUTES } from './routes.ts';
import { isOverTcp } from './tcp.ts';
import { bears } from './token.ts';

/** What is wrong in one line: the first issue, after the place of what it is about. */
const inWords = ({ issues }: z.ZodError): string => {
  const { path, message } = issues[0]!;
  return [...path, message].join(': ');
};

const checked = (schema: z.ZodType | undefined, value: unknown): unknown => {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (!result.success) throw new ApiError(400, inWords(result.error));
  return result.data;
};

/** Fires when the connection is gone before the answer is out. */
const goneOf = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
};

const answer = async (route: Route, ports: ApiPorts, request: FastifyRequest, reply: FastifyReply) => {
  const { params, query, body, answers } = route;
  const input = {
    params: checked(params, request.params),
    query: checked(query, request.query),
    body: checked(body, request.body),
    // Made only where it is waited on: an abort at the end of each answer would be a good part of its cost.
    get isGone() {
      return goneOf(reply.raw);
    },
  };
  const { status, body: sent, length } = await route.handle(ports, input);
  const form = answers[status];
  if (form !== undefined && 'type' in form) reply.type(form.type);
  if (length !== undefined) reply.header('content-length', length);
  return reply.code(status).send(sent);
};

/** Of an error that says none, 500. */
const statusOf = (error: unknown): number => (error as { readonly statusCode?: number }).statusCode ?? 500;

const sayError = (error: unknown, reply: FastifyReply) => {
  const statusCode = statusOf(error);
  const { message } = error as { readonly message: string };
  if (statusCode === 429 || statusCode === 503) reply.header('retry-after', 1);
  if (statusCode === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(statusCode).send({ error: message });
};

/** The API of a node, on no socket yet. `token`: what requests over TCP have to bear; without one all of them are refused. */
export const makeApi = (ports: ApiPorts, token?: string): FastifyInstance => {
  const api = Fastify({
    bodyLimit: MOST_BODY,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    requestTimeout: ARRIVAL,
    http: { maxHeaderSize: MOST_HEADER },
    clientErrorHandler: refuseClient,
    // A parameter of any length is judged by its schema.
    routerOptions: { maxParamLength: MOST_HEADER },
    // What comes on a kept connection while the node stops is answered as the document says.
    return503OnClosing: false,
    frameworkErrors: (error, _, reply) => void sayError(error, reply as FastifyReply),
  });
  api.removeContentTypeParser('text/plain');
  api.server.maxConnections = MOST_CONNECTIONS;
  // Of each door its own: what knocks at the port without a token takes nothing from the owner's socket.
  const ofSocket = new TokenBucket(RATE, RATE, performance.now());
  const ofPort = new TokenBucket(RATE, RATE, performance.now());
  api.addHook('onRequest', async ({ raw, routeOptions, headers }) => {
    const requests = isOverTcp(raw) ? ofPort : ofSocket;
    if (requests.at(performance.now()) < 1) throw new ApiError(429, 'too many requests; ask again in a second');
    requests.take();
    const { isOpen = false } = routeOptions.config as { readonly isOpen?: boolean };
    if (isOpen || !isOverTcp(raw) || bears(headers.authorization, token)) return;
    throw new ApiError(401, 'no token, or a wrong one; send "Authorization: Bearer <the text of api.token>"');
  });
  for (const route of ROUTES) {
    api.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { isOpen: route.isOpen === true },
      handler: (request, reply) => answer(route, ports, request, reply),
    });
  }
  const there = ROUTES.map(({ method, path }) => `${method} ${path}`).join(', ');
  api.setNotFoundHandler(({ method, url }, reply) =>
    sayError(new ApiError(404, `no ${method} ${url.slice(0, 100)}; there are ${there}`), reply),
  );
  api.setErrorHandler((error, _, reply) => {
    if (statusOf(error) === 500) ports.fault(error);
    return sayError(error, reply);
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
    const dir = inShell(dirname(socket));
    throw new Refused(
      `a node runs in this folder${who}; "montana node stop --dir ${dir}" ends it, "montana node status --dir ${dir}" asks it`,
    );
  }
  rmSync(socket, { force: true });
  await api.listen({ path: socket });
  chmodSync(socket, 0o600);
};
