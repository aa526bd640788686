import { type Scenario, scenarioSchema } from './scenario.ts';

/** One fault of a scenario, naming the field: for a person, on one line. */
export class ScenarioError extends Error {}

type Issue = {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
};

/** Checks a scenario and fills in its defaults. Throws `ScenarioError` naming the first field at fault. */
export const parseScenario = (input: unknown, source: string): Scenario => {
  const parsed = scenarioSchema.safeParse(input);
  if (!parsed.success) throw new ScenarioError(`${source}: ${explain(parsed.error.issues[0] as Issue, input)}`);
  const scenario = parsed.data;
  const hosts = scenario.hosts.reduce((sum, group) => sum + group.count, 0);
  if (hosts !== scenario.nodes) {
    throw new ScenarioError(`${source}: nodes: is ${scenario.nodes}, but the groups of hosts make ${hosts}`);
  }
  checkHostNames(scenario, source);
  return scenario;
};

const checkHostNames = (scenario: Scenario, source: string): void => {
  const known = new Set(hostNames(scenario.nodes));
  const check = (field: string, names: readonly string[]): void => {
    for (const name of names) {
      if (!known.has(name))
        throw new ScenarioError(`${source}: ${field}: no host "${name}"${suggestion(name, [...known])}`);
    }
  };
  scenario.faults.forEach((fault, i) => {
    if (fault.type === 'cut') fault.groups.forEach((group, j) => check(`faults.${i}.groups.${j}`, group));
    else if (fault.type !== 'heal') check(`faults.${i}.hosts`, fault.hosts);
  });
  scenario.adversary.forEach((adversary, i) => {
    check(`adversary.${i}.host`, [adversary.host]);
    check(`adversary.${i}.target`, [adversary.target]);
  });
};

/** Names of the hosts of a run: n000, n001, … in the order of the groups. */
export const hostNames = (nodes: number): readonly string[] =>
  Array.from({ length: nodes }, (_, i) => `n${String(i).padStart(3, '0')}`);

const explain = (issue: Issue, input: unknown): string => {
  const path = issue.path.map(String).join('.');
  const field = path === '' ? 'scenario' : path;
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    const key = issue.keys[0] as string;
    return `${path === '' ? key : `${path}.${key}`}: no such field${suggestion(key, knownKeys(issue.path))}`;
  }
  if (valueAt(input, issue.path) === undefined && issue.code === 'invalid_type') return `${field}: is missing`;
  return `${field}: ${issue.message.replace(/^Invalid (input|option): /, '')}`;
};

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown => {
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
};

/** Field names that would be right at `path`, found by asking the schema about an empty object there. */
const knownKeys = (path: readonly PropertyKey[]): readonly string[] => {
  let schema: unknown = scenarioSchema;
  for (const key of path) schema = childSchema(schema, key);
  return Object.keys(shapeOf(schema) ?? {});
};

type SchemaLike = {
  readonly shape?: Record<string, unknown>;
  readonly element?: unknown;
  readonly options?: readonly unknown[];
  unwrap?(): unknown;
};

const shapeOf = (schema: unknown): Record<string, unknown> | undefined => {
  const like = schema as SchemaLike | undefined;
  if (like === undefined) return undefined;
  if (like.shape !== undefined) return like.shape;
  if (like.options !== undefined) {
    return Object.assign({}, ...like.options.map((option) => (typeof option === 'object' ? shapeOf(option) : {})));
  }
  return like.unwrap === undefined ? undefined : shapeOf(like.unwrap());
};

const childSchema = (schema: unknown, key: PropertyKey): unknown => {
  const like = schema as SchemaLike;
  if (typeof key === 'number') {
    if (like.element !== undefined) return like.element;
    return like.unwrap === undefined ? undefined : childSchema(like.unwrap(), key);
  }
  return shapeOf(schema)?.[String(key)];
};

/** Applies `--set path=value` to a scenario as written. The value is JSON where it parses as JSON, else text. */
export const applySetting = (input: Record<string, unknown>, setting: string): void => {
  const at = setting.indexOf('=');
  if (at < 1) throw new ScenarioError(`--set ${setting}: write path=value`);
  const keys = setting.slice(0, at).split('.');
  const text = setting.slice(at + 1);
  let target: Record<string, unknown> = input;
  for (const [i, key] of keys.slice(0, -1).entries()) {
    let next = target[key];
    if (typeof next === 'string' && key === 'rules') next = {};
    next ??= {};
    if (typeof next !== 'object') {
      throw new ScenarioError(`--set ${setting}: ${keys.slice(0, i + 1).join('.')} has no fields`);
    }
    target[key] = next;
    target = next as Record<string, unknown>;
  }
  const last = keys[keys.length - 1] as string;
  if (Array.isArray(target) && !/^\d+$/.test(last)) throw new ScenarioError(`--set ${setting}: ${last} is no index`);
  target[last] = parseValue(text);
};

const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** " (did you mean x?)" where a known name is near. */
export const suggestion = (name: string, known: readonly string[]): string => {
  let best: string | undefined;
  let least = 4;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best === undefined ? '' : ` (did you mean ${best}?)`;
};

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
};
