import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '#core/bytes/bytes.ts';
import { decodeOperation, transferLayout } from '#core/operations/codec.ts';
import { askStatus, askStop, askSubmit } from './client.ts';
import { errorSchema, operationAnswerSchema, type Status, statusSchema, stopAnswerSchema } from './schemas.ts';
import { type ApiPorts, makeApi, serveApi } from './server.ts';
import { sampleStatus } from './status.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-api-'));
afterAll(() => rmSync(folder, { recursive: true }));

let sockets = 0;
let status: Status | undefined;
let asked: unknown[];
let api: ReturnType<typeof makeApi>;
let socket: string;

const ports: ApiPorts = {
  status: async () => status,
  stop: () => asked.push('stop'),
  submit: (id, operation, notBefore) => {
    asked.push([toHex(operation), notBefore]);
    return status === undefined ? undefined : Promise.resolve({ operation: id, verdict: 'accept' });
  },
};

/** A transfer in form only: type byte and zeros. */
const OPERATION = `02${'00'.repeat(transferLayout.minimum - 1)}`;
const decoded = decodeOperation(Uint8Array.from(Buffer.from(OPERATION, 'hex')));
const OPERATION_ID = decoded.ok ? decoded.value.id : '';

beforeEach(() => {
  status = sampleStatus();
  asked = [];
  api = makeApi(ports);
  socket = join(folder, `${sockets++}.sock`);
});
afterEach(() => api.close());

describe('answers as the schemas say', () => {
  test('GET /status', async () => {
    const reply = await api.inject('/status');
    expect(reply.statusCode).toBe(200);
    expect(statusSchema.parse(reply.json())).toEqual(status);
    status = undefined;
    const starting = await api.inject('/status');
    expect(starting.statusCode).toBe(503);
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
      [OPERATION, 9],
      [OPERATION, undefined],
    ]);
    status = undefined;
    expect((await submit({ operation: OPERATION })).statusCode).toBe(503);
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

  test('a body that is too long, or no JSON; a path there is not', async () => {
    const send = (payload: string) =>
      api.inject({ method: 'POST', url: '/operations', payload, headers: { 'content-type': 'application/json' } });
    expect((await send(`"${'0'.repeat(16_384)}"`)).statusCode).toBe(413);
    expect((await send('{')).statusCode).toBe(400);
    const nowhere = await api.inject('/');
    expect(nowhere.statusCode).toBe(404);
    expect(errorSchema.parse(nowhere.json()).error).toContain('GET /status');
  });
});

describe('on its socket', () => {
  test('only its owner can use it, and the client hears what was said', async () => {
    await serveApi(api, socket);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(await askStatus(socket)).toEqual({ type: 'status', status });
    expect(await askSubmit(socket, OPERATION, 3)).toEqual({ operation: OPERATION_ID, verdict: 'accept' });
    await expect(askSubmit(socket, 'ff')).rejects.toThrow('operation: UnsupportedType');
    expect(await askStop(socket)).toBe(process.pid);
    status = undefined;
    expect(await askStatus(socket)).toEqual({ type: 'busy' });
  });

  test('a second node in the folder is refused with the pid of the first', async () => {
    await serveApi(api, socket);
    const second = makeApi(ports);
    await expect(serveApi(second, socket)).rejects.toThrow(`a node runs in this folder with pid ${process.pid}; `);
    await second.close();
    expect(await askStatus(socket)).toMatchObject({ type: 'status' });
  });

  test('a socket that nobody serves is replaced', async () => {
    writeFileSync(socket, '');
    expect(await askStatus(socket)).toEqual({ type: 'nobody' });
    await serveApi(api, socket);
    expect(await askStatus(socket)).toMatchObject({ type: 'status' });
  });

  test('nobody there', async () => {
    expect(await askStop(socket)).toBeUndefined();
    await expect(askSubmit(socket, OPERATION)).rejects.toThrow(/no node runs here; start it with/);
  });

  test('somebody else there, or a path that is too long', async () => {
    const other = createServer((connection) => connection.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]'));
    await new Promise<void>((resolve) => other.listen(socket, resolve));
    await expect(askStatus(socket)).rejects.toThrow(/answers as no node of this version does/);
    other.close();
    await expect(serveApi(api, join(folder, 'x'.repeat(120)))).rejects.toThrow(
      /cannot be served: .*; its path is too long/,
    );
  });
});
