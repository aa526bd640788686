import * as z from 'zod';
import * as accounts from './account-schemas.ts';
import { errorsOf } from './errors.ts';
import type { AnswerForm, Route } from './route.ts';
import * as schemas from './schemas.ts';

/** Schemas by the name they have in the document. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  Id: schemas.idSchema,
  Status: schemas.statusSchema,
  Health: schemas.healthSchema,
  Ready: schemas.readySchema,
  Peers: schemas.peersSchema,
  Window: schemas.windowSchema,
  Stopping: schemas.stopAnswerSchema,
  Reloaded: schemas.reloadSchema,
  Journal: schemas.journalSchema,
  Error: schemas.errorSchema,
  Account: accounts.accountSchema,
  AccountAnswer: accounts.accountAnswerSchema,
  AccountProof: accounts.accountProofAnswerSchema,
  History: accounts.historySchema,
  Operation: accounts.settledOperationSchema,
  OperationState: accounts.operationStateSchema,
  Submission: accounts.operationRequestSchema,
  Submitted: accounts.operationAnswerSchema,
};

const names = new Map(Object.entries(NAMED).map(([name, schema]) => [schema, name]));

type Json = Readonly<Record<string, unknown>>;

const refTo = (name: string): string => `#/components/schemas/${name}`;

const bare = ({ $schema: _, $id: __, ...schema }: Json): Json => schema;

const components = (): Json => {
  const registry = z.registry<{ readonly id: string }>();
  for (const [name, schema] of Object.entries(NAMED)) registry.add(schema, { id: name });
  const made = z.toJSONSchema(registry, { uri: refTo }).schemas;
  return Object.fromEntries(Object.entries(made).map(([name, schema]) => [name, bare(schema as Json)]));
};

const schemaOf = (schema: z.ZodType): Json => {
  const name = names.get(schema);
  return name === undefined ? bare(z.toJSONSchema(schema) as Json) : { $ref: refTo(name) };
};

const contentOf = (form: AnswerForm): Json => {
  if ('schema' in form) return { content: { 'application/json': { schema: schemaOf(form.schema) } } };
  if (!('type' in form)) return {};
  const isText = form.type.startsWith('text/');
  return { content: { [form.type]: isText ? { schema: { type: 'string' } } : {} } };
};

/** Parameters of a path or a query: the fields of its schema. */
const parameters = (where: 'path' | 'query', schema: z.ZodType | undefined): readonly Json[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema,
  }));
};

const operation = (route: Route): Json => {
  const { answers, params, query, body, about } = route;
  const good = Object.entries(answers).map(([status, form]) => [
    status,
    { description: form.about, ...contentOf(form) },
  ]);
  const bad = errorsOf(route)
    .filter(({ status }) => answers[status] === undefined)
    .map(({ status, about }) => [status, { description: about, ...contentOf({ about, schema: schemas.errorSchema }) }]);
  const all = [...parameters('path', params), ...parameters('query', query)];
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/\W+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
    summary: about,
    ...(all.length === 0 ? {} : { parameters: all }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: Object.fromEntries([...good, ...bad]),
    ...(route.isOpen ? { security: [] } : {}),
  };
};

const ABOUT = `The API of a Montana node, for its owner. It is served on the unix socket api.sock in the node's folder, where the
mode of the file says who may use it and no token is asked for; and, where montana.yaml says so, on a port of the loopback interface,
where every request bears the token in api.token but for /health and /ready, which tell a supervisor nothing it could not see.`;

/** OpenAPI 3.1 of `routes`, of the schemas that check and answer them. */
export const openApi = (routes: readonly Route[]): Json => {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Montana node', version: '1', description: ABOUT.replaceAll('\n', ' ') },
    servers: [{ url: 'http://127.0.0.1:8445', description: 'As `api` in montana.yaml says' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The text of api.token' } },
      schemas: components(),
    },
  };
};
