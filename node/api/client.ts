import { request } from 'node:http';
import type * as z from 'zod';
import { Refused, systemCode } from '#node/config/refused.ts';
import {
  errorSchema,
  type OperationAnswer,
  operationAnswerSchema,
  type Status,
  statusSchema,
  stopAnswerSchema,
} from './schemas.ts';

/** How long a node may take to answer, in milliseconds. */
const PATIENCE = 10_000;

/** An answer of a node to anything. `nobody`: no node serves the socket. */
type Reply = { readonly type: 'nobody' } | { readonly type: 'reply'; readonly code: number; readonly body: unknown };

const ask = (socket: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const asked = request(
      { socketPath: socket, method, path, headers, agent: false, timeout: PATIENCE },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          try {
            resolve({
              type: 'reply',
              code: response.statusCode ?? 0,
              body: JSON.parse(`${Buffer.concat(chunks)}`) as unknown,
            });
          } catch {
            reject(new Refused(`${socket}: what answers is no Montana node; see what listens there`));
          }
        });
      },
    );
    asked.on('timeout', () => {
      asked.destroy(new Refused(`${socket}: the node does not answer; look at its log, or end the process`));
    });
    asked.on('error', (error) => {
      if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(systemCode(error) ?? '')) resolve({ type: 'nobody' });
      else if (systemCode(error) === 'EACCES') {
        reject(new Refused(`${socket}: permission denied; run this as the user who runs the node`));
      } else reject(error);
    });
    asked.end(text);
  });

/** The value of a good reply. Throws `Refused` with the node's own words, or where they are none. */
const checked = <T>(
  socket: string,
  { code, body }: { readonly code: number; readonly body: unknown },
  schema: z.ZodType<T>,
): T => {
  if (code === 200) {
    const value = schema.safeParse(body);
    if (value.success) return value.data;
  }
  const said = errorSchema.safeParse(body);
  throw new Refused(said.success ? said.data.error : `${socket}: answers as no node of this version does; restart it`);
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

/** POST /operations. Throws `Refused`: no node, or an operation it cannot read. */
export const askSubmit = async (socket: string, operation: string, notBefore?: number): Promise<OperationAnswer> => {
  const reply = await ask(
    socket,
    'POST',
    '/operations',
    notBefore === undefined ? { operation } : { operation, notBefore },
  );
  if (reply.type === 'nobody') throw new Refused(`${socket}: no node runs here; start it with "montana node start"`);
  return checked(socket, reply, operationAnswerSchema);
};
