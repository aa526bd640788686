import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Refused } from '#node/config/refused.ts';
import { askStatus } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['before it answers', '', 'the connection broke off: '],
  ['in mid-answer', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"ver', 'the connection broke off: '],
  ['by what is no node', 'Good day\r\n\r\n', 'what answers is no Montana node; '],
])('a connection that ends %s is refused in one line', async (name, bytes, told) => {
  const socket = join(folder, `${name.length}.sock`);
  const cut = (connection: Socket): void => {
    connection.once('data', () => connection.write(bytes, () => connection.destroy()));
  };
  const server = createServer(cut);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    const error: unknown = await askStatus(socket).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(Refused);
    expect((error as Refused).message).toMatch(`${socket}: ${told}`);
  } finally {
    server.close();
  }
});
