import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fromHex, toHex } from '#core/bytes/bytes.ts';
import { decodeOperation, transferLayout } from '#core/operations/codec.ts';
import { operationAnswerSchema } from './account-schemas.ts';
import * as client from './client.ts';
import { MOST_HEADER, RATE, refuseClient } from './limits.ts';
import { answeringPorts, portsOf } from './ports.suite.ts';
import type { ApiPorts } from './route.ts';
import { errorSchema, statusSchema, stopAnswerSchema } from './schemas.ts';
import { makeApi, serveApi } from './server.ts';
import { sampleStatus } from './status.suite.ts';
import { serveTcp, type TcpListener } from './tcp.ts';
import { bears, tokenIn } from './token.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-api-'));
afterAll(() => rmSync(folder, { recursive: true }));

let sockets = 0;
let ports: ApiPorts;
let asked: unknown[];
let api: ReturnType<typeof makeApi>;
let socket: string;
const status = sampleStatus();

/** A transfer in form only: type byte and zeros. */
const OPERATION = `02${'00'.repeat(transferLayout.minimum - 1)}`;
const decoded = decodeOperation(fromHex(OPERATION));
const OPERATION_ID = decoded.ok ? decoded.value.id : '';
const ID = 'ab'.repeat(32);
const TOKEN = 'cd'.repeat(32);

beforeEach(() => {
  asked = [];
  ports = answeringPorts(status, asked);
  api = makeApi(new Proxy({} as ApiPorts, { get: (_, name: keyof ApiPorts) => ports[name] }), TOKEN);
  socket = join(folder, `${sockets++}.sock`);
});
afterEach(() => api.close());

describe('answers as the schemas say', () => {
  test('GET /status', async () => {
    const reply = await api.inject('/status');
    expect(reply.statusCode).toBe(200);
    expect(statusSchema.parse(reply.json())).toEqual(status);
    ports = portsOf();
    const starting = await api.inject('/status');
    expect(starting).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(errorSchema.parse(starting.json()).error).toContain('starting');
  });

  test('POST /stop', async () => {
    const reply = await api.inject({ method: 'POST', url: '/stop' });
    expect(stopAnswerSchema.parse(reply.json())).toEqual({ pid: process.pid });
    expect(asked).toEqual(['stop']);
  });

  test('POST /operations', async () => {
    const submit = (payload: object) => api.inject({ method: 'POST', url: '/operations', payload });
    const reply = await submit({ operation: OPERATION, notBefore: 9 });
    expect(operationAnswerSchema.parse(reply.json())).toEqual({ operation: OPERATION_ID, verdict: 'accept' });
    await submit({ operation: OPERATION });
    expect(asked).toEqual([
      [transferLayout.minimum, 9],
      [transferLayout.minimum, undefined],
    ]);
  });

  test('content that is no JSON, with its length', async () => {
    const file = await api.inject('/journal/000001.journal');
    expect(file).toMatchObject({ body: 'abc', headers: { 'content-length': '3' } });
    expect(file.headers['content-type']).toBe('application/octet-stream');
    expect((await api.inject('/metrics')).headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await api.inject('/windows/next?after=7')).toMatchObject({ statusCode: 204, body: '' });
  });
});

describe('refuses in one line', () => {
  test.each([
    [{}, 'operation: write the operation in lower-case hex'],
    [{ operation: '0' }, 'operation: write the operation in lower-case hex'],
    [{ operation: OPERATION.toUpperCase().replace('02', 'AA') }, 'operation: write the operation in lower-case hex'],
    [{ operation: OPERATION.slice(2) }, 'operation: UnsupportedType'],
    [{ operation: `${OPERATION}00` }, 'operation: Malformed'],
    [{ operation: OPERATION, notBefore: -1 }, 'notBefore: write a window number'],
    [{ operation: OPERATION, notBefore: 1.5 }, 'notBefore: write a window number'],
    [{ operation: OPERATION, when: 1 }, 'Unrecognized key: "when"'],
  ])('an operation that is none: %#', async (payload, error) => {
    const reply = await api.inject({ method: 'POST', url: '/operations', payload });
    expect(reply.statusCode).toBe(400);
    expect(errorSchema.parse(reply.json())).toEqual({ error });
    expect(asked).toEqual([]);
  });

  test.each([
    ['/accounts/xyz', 400, 'id: write 64 lower-case hex digits'],
    [`/accounts/${ID.toUpperCase()}`, 400, 'id: write 64 lower-case hex digits'],
    [`/accounts/${ID}/operations?count=0`, 400, 'count: write a number from 1 to 256'],
    [`/accounts/${ID}/operations?count=257`, 400, 'count: write a number from 1 to 256'],
    [`/accounts/${ID}/operations?before=1e3`, 400, 'before: write a window number'],
    ['/windows/next?after=1&after=2', 400, 'after: write a window number'],
    ['/journal/..%2fidentity.bin', 400, 'name: write the name of a file of the journal, as 000001.journal'],
    ['/journal/000001.journal%00', 400, 'name: write the name of a file of the journal, as 000001.journal'],
    [`/accounts/${'a'.repeat(101)}`, 400, 'id: write 64 lower-case hex digits'],
    ['/journal/000002.journal', 404, 'there is no journal 000002.journal; GET /journal lists them'],
    ['/%', 400, "'/%' is not a valid url component"],
  ])('%s', async (url, code, error) => {
    const reply = await api.inject(url);
    expect(reply.statusCode).toBe(code);
    expect(errorSchema.parse(reply.json())).toEqual({ error });
  });

  test('a body that is too long, or no JSON; a path there is not', async () => {
    const send = (payload: string, type = 'application/json') =>
      api.inject({ method: 'POST', url: '/operations', payload, headers: { 'content-type': type } });
    expect((await send(`"${'0'.repeat(16_384)}"`)).statusCode).toBe(413);
    expect((await send('{')).statusCode).toBe(400);
    for (const type of ['text/yaml', 'text/plain']) expect((await send('a: b', type)).statusCode).toBe(415);
    const stop = { method: 'POST', url: '/stop', payload: 'now', headers: { 'content-type': 'text/plain' } } as const;
    expect((await api.inject(stop)).statusCode).toBe(415);
    expect(asked).toEqual([]);
    const nowhere = await api.inject('/');
    expect(nowhere.statusCode).toBe(404);
    expect(errorSchema.parse(nowhere.json()).error).toContain('GET /status');
  });

  test('a fault of the program is told to whoever runs the node, once', async () => {
    const fault = new Error('the store: page 7 is damaged');
    const told: unknown[] = [];
    ports = portsOf({ query: () => Promise.reject(fault), fault: (error) => void told.push(error) });
    const reply = await api.inject(`/accounts/${ID}`);
    expect(reply.statusCode).toBe(500);
    expect(errorSchema.parse(reply.json())).toEqual({ error: fault.message });
    expect(told).toEqual([fault]);
    // A node that is starting, and a request that is none, are no faults.
    expect((await api.inject('/status')).statusCode).toBe(503);
    expect((await api.inject('/accounts/x')).statusCode).toBe(400);
    expect(told).toEqual([fault]);
  });

  test('a request that comes too slowly', async () => {
    const server = createHttpServer({ requestTimeout: 50, connectionsCheckingInterval: 10 });
    server.on('clientError', refuseClient);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const said = async (head: string): Promise<string> => {
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      client.write(head);
      return text(client);
    };
    for (const head of ['POST /stop HTTP/1.1\r\n', 'POST /stop HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{']) {
      const [line, body = ''] = (await said(head)).split(/\r\n.*\r\n\r\n/s);
      expect(line).toBe('HTTP/1.1 408 Request Timeout');
      expect(errorSchema.parse(JSON.parse(body))).toEqual({ error: 'the request took too long to arrive' });
    }
    server.close();
  });

  test('more requests at once than it answers in a second', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const crowded = makeApi(ports);
      for (let i = 0; i < RATE; i++) await crowded.inject('/health');
      expect(await crowded.inject('/health')).toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
      // The other door has its own share.
      const listener = await serveTcp(crowded, { host: '127.0.0.1', port: 0 }, join(folder, 'crowded.address'));
      const headers = { connection: 'close' };
      expect((await fetch(`http://${listener.address}/health`, { headers })).status).toBe(200);
      await listener.close();
      vi.advanceTimersByTime(1);
      expect((await crowded.inject('/health')).statusCode).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('on its socket', () => {
  test('only its owner can use it, and the client hears what was said', async () => {
    await serveApi(api, socket);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(await client.askStatus(socket)).toEqual({ type: 'status', status });
    expect(await client.submitOperation(socket, fromHex(OPERATION), 3)).toEqual({
      operation: OPERATION_ID,
      verdict: 'accept',
    });
    await expect(client.submitOperation(socket, fromHex('ff'))).rejects.toThrow('operation: UnsupportedType');
    expect(await client.accountOf(socket, ID)).toMatchObject({
      window: 6,
      account: { balance: String(2n ** 128n - 1n) },
    });
    expect(toHex(await client.accountProofOf(socket, ID))).toBe('abcd');
    expect(await client.historyOf(socket, ID, 9, 4)).toMatchObject({
      next: 5,
      operations: [{ type: 'Transfer' }, {}, {}, {}],
    });
    expect(await client.operationState(socket, ID)).toMatchObject({ state: 'settled', window: 5 });
    expect(await client.nextWindow(socket, -1)).toMatchObject({ window: 7 });
    expect(await client.nextWindow(socket, 7)).toBeUndefined();
    expect(await client.askReady(socket)).toMatchObject({ ready: true });
    expect(await client.askReload(socket)).toEqual({ applied: ['logLevel'], needsRestart: [] });
    await expect(client.accountOf(socket, 'x')).rejects.toThrow('id: write 64 lower-case hex digits');
    expect(await client.askStop(socket)).toBe(process.pid);
    ports = portsOf();
    expect(await client.askStatus(socket)).toEqual({ type: 'busy' });
    expect(await client.askReady(socket)).toMatchObject({ ready: false });
    await expect(client.accountOf(socket, ID)).rejects.toThrow(
      'the node is starting or stopping; ask again in a moment',
    );
  });

  test('a second node in the folder is refused with the pid of the first', async () => {
    await serveApi(api, socket);
    const second = makeApi(ports);
    await expect(serveApi(second, socket)).rejects.toThrow(`a node runs in this folder with pid ${process.pid}; `);
    await second.close();
    expect(await client.askStatus(socket)).toMatchObject({ type: 'status' });
  });

  test('a socket that nobody serves is replaced', async () => {
    writeFileSync(socket, '');
    expect(await client.askStatus(socket)).toEqual({ type: 'nobody' });
    await serveApi(api, socket);
    expect(await client.askStatus(socket)).toMatchObject({ type: 'status' });
  });

  test('what is under way is answered before it closes', async () => {
    await serveApi(api, socket);
    let closed: Promise<void> | undefined;
    ports = {
      ...ports,
      async nextWindow() {
        closed = api.close();
        await setTimeout(10);
        return undefined;
      },
    };
    expect(await client.nextWindow(socket, 7)).toBeUndefined();
    await closed;
    expect(await client.askStatus(socket)).toEqual({ type: 'nobody' });
  });

  test('nobody there', async () => {
    expect(await client.askStop(socket)).toBeUndefined();
    await expect(client.operationState(socket, ID)).rejects.toThrow(/no node runs here; start it with/);
  });

  test('somebody else there, or a path that is too long', async () => {
    const other = createServer((connection) => connection.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]'));
    await new Promise<void>((resolve) => other.listen(socket, resolve));
    await expect(client.askStatus(socket)).rejects.toThrow(/answers as no node of this version does/);
    other.close();
    await expect(serveApi(api, join(folder, 'x'.repeat(120)))).rejects.toThrow(
      /cannot be served: .*; its path is too long/,
    );
  });
});

describe('over TCP', () => {
  const file = join(folder, 'api.address');
  let listener: TcpListener;
  beforeEach(async () => {
    listener = await serveTcp(api, { host: '127.0.0.1', port: 0 }, file);
  });
  afterEach(() => listener.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://${listener.address}${path}`, { headers: { connection: 'close', ...headers } });

  test('asks for the token, but of supervisors', async () => {
    expect(readFileSync(file, 'utf8')).toBe(`${listener.address}\n`);
    expect((await get('/health')).status).toBe(200);
    expect((await get('/ready')).status).toBe(200);
    const refused = await get('/status');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(errorSchema.parse(await refused.json()).error).toContain('api.token');
    for (const authorization of [TOKEN, `Bearer ${TOKEN}0`, `Bearer ${TOKEN.toUpperCase()}`, 'Bearer ']) {
      expect((await get('/status', { authorization })).status).toBe(401);
    }
    expect((await get('/nowhere')).status).toBe(401);
    expect((await get('/status', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect((await get('/nowhere', { authorization: `Bearer ${TOKEN}` })).status).toBe(404);
    await listener.close();
    expect(() => statSync(file)).toThrow();
  });

  test('refuses headers that are too long', async () => {
    const reply = await get('/health', { long: 'x'.repeat(MOST_HEADER) });
    expect(reply.status).toBe(431);
    expect(errorSchema.parse(await reply.json())).toEqual({ error: 'the headers are too long' });
  });

  test('what comes while the node stops is answered as ever', async () => {
    await api.close();
    ports = portsOf();
    const late = await get('/status', { authorization: `Bearer ${TOKEN}` });
    expect(late).toMatchObject({ status: 503 });
    expect(late.headers.get('retry-after')).toBe('1');
    expect(errorSchema.parse(await late.json()).error).toContain('stopping');
  });

  test('says that a port is in use', async () => {
    const port = Number(listener.address.split(':')[1]);
    await expect(serveTcp(api, { host: '127.0.0.1', port }, file)).rejects.toThrow(
      `the API cannot listen at 127.0.0.1:${port}: the port is in use; change api in montana.yaml, or free the port`,
    );
  });
});

describe('a token', () => {
  test('is made once, for its owner only', () => {
    const file = join(folder, 'api.token');
    // What a process that was killed as it made one has left.
    writeFileSync(`${file}.new`, '01');
    const token = tokenIn(file);
    expect(existsSync(`${file}.new`)).toBe(false);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(tokenIn(file)).toBe(token);
    chmodSync(file, 0o640);
    expect(() => tokenIn(file)).toThrow('others can use it; remove it');
    chmodSync(file, 0o600);
    writeFileSync(file, 'x');
    expect(() => tokenIn(file)).toThrow('it holds no token; remove it');
    expect(() => tokenIn(join(folder, 'none', 'api.token'))).toThrow('make the folder writable');
  });

  test('that is not there is borne by nobody', () => {
    expect(bears('Bearer ', undefined)).toBe(false);
    expect(bears(undefined, undefined)).toBe(false);
    expect(bears(`Bearer ${TOKEN}`, TOKEN)).toBe(true);
  });
});
