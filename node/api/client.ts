import { request } from 'node:http';
import { dirname } from 'node:path';
import type * as z from 'zod';
import { type Id, parseHex, toHex } from '#core/bytes/bytes.ts';
import { inShell } from '#node/config/in-shell.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import {
  type AccountAnswer,
  accountAnswerSchema,
  accountProofAnswerSchema,
  type HistoryAnswer,
  historySchema,
  type OperationAnswer,
  type OperationState,
  operationAnswerSchema,
  operationStateSchema,
} from './account-schemas.ts';
import {
  errorSchema,
  type Ready,
  type Reloaded,
  readySchema,
  reloadSchema,
  type Status,
  statusSchema,
  stopAnswerSchema,
  type WindowAnswer,
  windowSchema,
} from './schemas.ts';

/** How long a node may take to answer, in milliseconds; to a question that waits for a window, beyond the 25 s that it waits. */
const PATIENCE = 10_000;
const WINDOW_PATIENCE = 25_000 + PATIENCE;

/** An answer of a node to anything. `nobody`: no node serves the socket. */
type Reply = { readonly type: 'nobody' } | { readonly type: 'reply'; readonly code: number; readonly bytes: Buffer };

const ask = (socket: string, method: string, path: string, body?: unknown, timeout = PATIENCE): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    /** Of a request, or of an answer that broke off. */
    const fail = (error: Error): void => {
      const code = systemCode(error) ?? '';
      if (code === 'EACCES') {
        reject(new Refused(`${socket}: permission denied; run this as the user who runs the node`));
      } else if (code.startsWith('HPE_')) {
        reject(new Refused(`${socket}: what answers is no Montana node; see what listens there`));
      } else if (['ECONNRESET', 'EPIPE'].includes(code)) {
        reject(new Refused(`${socket}: the connection broke off: ${systemReason(error)}; ask again`));
      } else reject(error);
    };
    const asked = request({ socketPath: socket, method, path, headers, agent: false, timeout }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () =>
        resolve({ type: 'reply', code: response.statusCode ?? 0, bytes: Buffer.concat(chunks) }),
      );
    });
    asked.on('timeout', () => {
      asked.destroy(new Refused(`${socket}: the node does not answer; look at its log, or end the process`));
    });
    asked.on('error', (error) => {
      if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(systemCode(error) ?? '')) resolve({ type: 'nobody' });
      else fail(error);
    });
    asked.end(text);
  });

/** An answer of a node that is there. Throws `Refused` where none is. */
const askNode = async (socket: string, method: string, path: string, body?: unknown, timeout?: number) => {
  const reply = await ask(socket, method, path, body, timeout);
  if (reply.type === 'nobody')
    throw new Refused(
      `${socket}: no node runs here; start it with "montana node start --dir ${inShell(dirname(socket))}"`,
    );
  return reply;
};

const jsonOf = (socket: string, bytes: Buffer): unknown => {
  try {
    return JSON.parse(`${bytes}`);
  } catch {
    throw new Refused(`${socket}: what answers is no Montana node; see what listens there`);
  }
};

/** The node's own words, or that it has none. */
const refusal = (socket: string, body: unknown): Refused => {
  const said = errorSchema.safeParse(body);
  return new Refused(said.success ? said.data.error : `${socket}: answers as no node of this version does; restart it`);
};

/** The value of a good reply. Throws `Refused` with the node's own words, or where they are none. */
const checked = <T>(
  socket: string,
  { code, bytes }: { readonly code: number; readonly bytes: Buffer },
  schema: z.ZodType<T>,
  good: readonly number[] = [200],
): T => {
  const body = jsonOf(socket, bytes);
  const value = good.includes(code) ? schema.safeParse(body) : undefined;
  if (value?.success) return value.data;
  throw refusal(socket, body);
};

/** What is known of the node of a socket. */
export type Asked =
  | { readonly type: 'nobody' }
  /** It is starting, or about to end. */
  | { readonly type: 'busy' }
  | { readonly type: 'status'; readonly status: Status };

/** GET /status. Throws `Refused` where what answers makes no sense. */
export const askStatus = async (socket: string): Promise<Asked> => {
  const reply = await ask(socket, 'GET', '/status');
  if (reply.type === 'nobody') return reply;
  if (reply.code === 503) return { type: 'busy' };
  return { type: 'status', status: checked(socket, reply, statusSchema) };
};

/** POST /stop: the pid of the process that is ending; undefined: no node serves the socket. */
export const askStop = async (socket: string): Promise<number | undefined> => {
  const reply = await ask(socket, 'POST', '/stop');
  return reply.type === 'nobody' ? undefined : checked(socket, reply, stopAnswerSchema).pid;
};

/** POST /operations: an encoded, signed operation; the first window whose bundle may list it. Throws `Refused`: no node, or no operation. */
export const submitOperation = async (
  socket: string,
  operation: Uint8Array,
  notBefore?: number,
): Promise<OperationAnswer> => {
  const body = { operation: toHex(operation), ...(notBefore === undefined ? {} : { notBefore }) };
  return checked(socket, await askNode(socket, 'POST', '/operations', body), operationAnswerSchema);
};

/** GET /operations/{id}: what became of it. */
export const operationState = async (socket: string, operation: Id): Promise<OperationState> =>
  checked(socket, await askNode(socket, 'GET', `/operations/${operation}`), operationStateSchema);

/** GET /accounts/{id}: in the state after the last final window. */
export const accountOf = async (socket: string, account: Id): Promise<AccountAnswer> =>
  checked(socket, await askNode(socket, 'GET', `/accounts/${account}`), accountAnswerSchema);

/** GET /accounts/{id}/proof: the bytes that `verifyAccountProof` reads. */
export const accountProofOf = async (socket: string, account: Id): Promise<Uint8Array> => {
  const reply = await askNode(socket, 'GET', `/accounts/${account}/proof`);
  return parseHex(checked(socket, reply, accountProofAnswerSchema).proof)!;
};

/** GET /accounts/{id}/operations: of windows below `before`, 64 of them and what else is in their windows unless `count` says otherwise. */
export const historyOf = async (
  socket: string,
  account: Id,
  before?: number,
  count?: number,
): Promise<HistoryAnswer> => {
  const query = new URLSearchParams();
  if (before !== undefined) query.set('before', String(before));
  if (count !== undefined) query.set('count', String(count));
  const path = `/accounts/${account}/operations?${query}`;
  return checked(socket, await askNode(socket, 'GET', path), historySchema);
};

/** GET /windows/next: the last final window once it is above `after`; undefined: 25 s were not enough, ask again. */
export const nextWindow = async (socket: string, after: number): Promise<WindowAnswer | undefined> => {
  const path = after < 0 ? '/windows/next' : `/windows/next?after=${after}`;
  const reply = await askNode(socket, 'GET', path, undefined, WINDOW_PATIENCE);
  return reply.code === 204 ? undefined : checked(socket, reply, windowSchema);
};

/** GET /anchors/{operation}/proof: bytes of the proof, up to `checkpoint` where it is given. */
export const anchorProof = async (socket: string, operation: Id, checkpoint?: number): Promise<Uint8Array> => {
  const path = `/anchors/${operation}/proof${checkpoint === undefined ? '' : `?checkpoint=${checkpoint}`}`;
  const { code, bytes } = await askNode(socket, 'GET', path);
  if (code === 200) return new Uint8Array(bytes);
  throw refusal(socket, jsonOf(socket, bytes));
};

/** GET /ready */
export const askReady = async (socket: string): Promise<Ready> =>
  checked(socket, await askNode(socket, 'GET', '/ready'), readySchema, [200, 503]);

/** POST /reload: which settings count from now on. Throws `Refused` with the fault of the file. */
export const askReload = async (socket: string): Promise<Reloaded> =>
  checked(socket, await askNode(socket, 'POST', '/reload'), reloadSchema);
