import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { transferLayout } from '#core/operations/codec.ts';
import { openApi } from './openapi.ts';
import { answeringPorts, portsOf } from './ports.suite.ts';
import type { ApiPorts } from './route.ts';
import { ROUTES } from './routes.ts';
import { makeApi } from './server.ts';
import { sampleStatus } from './status.suite.ts';
import { serveTcp } from './tcp.ts';

/* A walk over the document that the API serves: what it promises is asked for, and every answer judged by it. */

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}
interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: 'path' | 'query'; readonly schema: Schema }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = openApi(ROUTES) as unknown as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);
type Walked = (typeof operations)[number];

/** A schema of the document as a check. */
const checkOf = (schema: Schema): z.ZodType => {
  const local = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'));
  return z.fromJSONSchema(local({ ...schema, $defs: document.components.schemas }) as never);
};

const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : (document.components.schemas[schema.$ref.split('/').at(-1)!] as Schema);

/** Values that a schema of an input takes. */
const valid = (of: Schema): fc.Arbitrary<unknown> => {
  const { type, pattern, minimum, maximum, properties = {}, required = [] } = resolved(of);
  switch (type) {
    case 'string':
      return pattern === undefined ? fc.string() : fc.stringMatching(new RegExp(pattern));
    case 'integer':
      return fc.maxSafeInteger().map((n) => Math.min(maximum ?? n, Math.max(minimum ?? n, n)));
    case 'object':
      return fc.record(Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, valid(of)])), {
        requiredKeys: [...required],
      });
    default:
      throw new Error(`no values of ${JSON.stringify(of)}`);
  }
};

/** Values that it does not take. */
const invalid = (of: Schema): fc.Arbitrary<unknown> => {
  const check = checkOf(of);
  const any = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null), fc.jsonValue());
  return fc.oneof(any, fc.constantFrom('', '-1', 1.5, {}, [])).filter((value) => !check.safeParse(value).success);
};

interface Request {
  readonly method: string;
  readonly url: string;
  readonly payload?: string;
}

/** Requests of an operation; `wrong`: with one input that is not taken. Of text in a URL only what is a segment, or a value, is sent. */
const requests = ({ method, path, operation }: Walked, wrong: boolean): fc.Arbitrary<Request> => {
  const { parameters = [], requestBody } = operation;
  const body = requestBody?.content?.['application/json']?.schema;
  const parts = parameters.length + (body === undefined ? 0 : 1);
  return fc.nat(Math.max(0, parts - 1)).chain((at) => {
    const of = (schema: Schema, place: number): fc.Arbitrary<unknown> =>
      wrong && at === place ? invalid(schema) : valid(schema);
    const values = parameters.map(({ schema, in: where }, place) =>
      of(schema, place)
        .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
        .filter((text) => where === 'query' || !['', '.', '..'].includes(text))
        .filter((text) => !(wrong && at === place) || !checkOf(schema).safeParse(asJson(text)).success),
    );
    return fc
      .tuple(fc.tuple(...values), body === undefined ? fc.constant(undefined) : of(body, parameters.length))
      .map(([texts, payload]) => {
        let url = path;
        const query = new URLSearchParams();
        parameters.forEach(({ name, in: where }, i) => {
          if (where === 'query') query.set(name, texts[i] as string);
          else url = url.replace(`{${name}}`, encodeURIComponent(texts[i] as string));
        });
        const full = query.size === 0 ? url : `${url}?${query}`;
        return { method, url: full, ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }) };
      });
  });
};

/** A number of a query is written as text. */
const asJson = (text: string): unknown => (/^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : text);

const send = (api: FastifyInstance, { payload, ...request }: Request): Promise<LightMyRequestResponse> =>
  api.inject({
    ...(request as { readonly method: 'GET'; readonly url: string }),
    ...(payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } }),
  });

/** Throws where an answer is not what the document says of its status. */
const judge = ({ operation }: Walked, reply: LightMyRequestResponse): void => {
  const promised = operation.responses[reply.statusCode];
  if (promised === undefined) throw new Error(`${reply.statusCode} is not in the document: ${reply.body}`);
  const [[type, { schema }] = [undefined, {}]] = Object.entries(promised.content ?? {});
  if (type === undefined) {
    expect(reply.body).toBe('');
    return;
  }
  expect(reply.headers['content-type']?.split(';')[0]).toBe(type.split(';')[0]);
  if (type === 'application/json') checkOf(schema!).parse(reply.json());
};

const OPTIONS = { seed: 20261121, numRuns: 8 };
const faults: unknown[] = [];
const broken = new Proxy({} as ApiPorts, {
  get: (_, name) => (name === 'fault' ? (error: unknown) => faults.push(error) : fail),
});
const fail = (): never => {
  throw new Error('a fault');
};
/** As nodes answer: one that runs, one that starts, one with a fault. */
const nodes = {
  runs: makeApi(answeringPorts(sampleStatus())),
  starts: makeApi(portsOf()),
  fails: makeApi(broken),
};
afterAll(() => Promise.all(Object.values(nodes).map((api) => api.close())));

describe('the document', () => {
  test('is served, names every route, and every reference in it leads somewhere', async () => {
    expect((await nodes.runs.inject('/openapi.json')).json()).toEqual(document);
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      ROUTES.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const refs = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    const named = new Set([...refs].map(([, name]) => name));
    expect(named).toEqual(new Set(Object.keys(document.components.schemas)));
  });

  test('names what a path takes', () => {
    for (const { path, operation } of operations) {
      const taken = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(operation.parameters?.filter((one) => one.in === 'path').map(({ name }) => name) ?? []).toEqual(taken);
    }
  });
});

const tableOf = (of: readonly Walked[]) => of.map((walked) => [`${walked.method} ${walked.path}`, walked] as const);
/** Without any, there is nothing to refuse. */
const hasInput = ({ operation }: Walked): boolean =>
  (operation.parameters ?? []).length > 0 || operation.requestBody !== undefined;

test.each(tableOf(operations))('%s answers as the document says', async (_, walked) => {
  const property = fc.asyncProperty(requests(walked, false), async (request) => {
    for (const api of Object.values(nodes)) {
      faults.length = 0;
      const reply = await send(api, request);
      judge(walked, reply);
      expect(faults.length).toBe(reply.statusCode === 500 ? 1 : 0);
    }
    const { statusCode } = await send(nodes.runs, request);
    // An operation that is one by its digits alone is refused by its bytes, a journal by its name.
    const mayFail = walked.operation.requestBody !== undefined || walked.path === '/journal/{name}';
    if (!mayFail) expect(statusCode).toBeLessThan(300);
  });
  await fc.assert(property, OPTIONS);
});

test.each(tableOf(operations.filter(hasInput)))('%s refuses what the document does not take', async (_, walked) => {
  const property = fc.asyncProperty(requests(walked, true), async (request) => {
    const reply = await send(nodes.runs, request);
    expect(reply.statusCode, `${request.url} ${request.payload}`).toBe(400);
    judge(walked, reply);
  });
  await fc.assert(property, OPTIONS);
});

test('an operation and a journal that there are', async () => {
  const of = (path: string, method: string) => operations.find((one) => one.path === path && one.method === method)!;
  const payload = JSON.stringify({ operation: `02${'00'.repeat(transferLayout.minimum - 1)}`, notBefore: 3 });
  const submitted = await send(nodes.runs, { method: 'POST', url: '/operations', payload });
  expect(submitted.statusCode).toBe(200);
  judge(of('/operations', 'POST'), submitted);
  const file = await send(nodes.runs, { method: 'GET', url: '/journal/000001.journal' });
  expect(file.statusCode).toBe(200);
  judge(of('/journal/{name}', 'GET'), file);
});

test('no route is answered over TCP without the token, or with another, but those that say so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-openapi-'));
  const asked: unknown[] = [];
  const api = makeApi(answeringPorts(sampleStatus(), asked), 'ab'.repeat(32));
  const listener = await serveTcp(api, { host: '127.0.0.1', port: 0 }, join(folder, 'api.address'));
  const error = checkOf({ $ref: '#/components/schemas/Error' });
  for (const { method, path, operation } of operations) {
    const url = `http://${listener.address}${path.replaceAll(/\{\w+\}/g, 'ab'.repeat(32))}`;
    for (const headers of [{}, { authorization: `Bearer ${'ba'.repeat(32)}` }]) {
      const reply = await fetch(url, { method, headers });
      const isOpen = operation.security?.length === 0;
      expect(reply.status, `${method} ${path}`).toBe(isOpen ? 200 : 401);
      const said: unknown = await reply.json();
      if (!isOpen) error.parse(said);
    }
  }
  expect(asked).toEqual([]);
  await api.close();
  listener.cut();
  await listener.close();
  rmSync(folder, { recursive: true });
});
