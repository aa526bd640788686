import { rulesOf } from '#core/genesis/rules.ts';
import { chosenHosts } from './chosen.ts';
import { type Scenario, scenarioSchema } from './scenario.ts';
import { joiningOf } from './start.ts';

/** One fault of a scenario, naming the field: for a person, on one line. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** What the schema says of a fault; the fields beside the first three depend on `code`. */
interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly expected?: string;
  readonly options?: readonly unknown[];
  /** Of a union: what each alternative says. */
  readonly errors?: readonly (readonly Issue[])[];
}

/** Checks a scenario and fills in its defaults. Throws `ScenarioError` naming the first field at fault. */
export const parseScenario = (input: unknown, source: string): Scenario => {
  const parsed = scenarioSchema.safeParse(input);
  if (!parsed.success) throw new ScenarioError(`${source}: ${explain(parsed.error.issues[0] as Issue, input)}`);
  const scenario = parsed.data;
  const hosts = scenario.hosts.reduce((sum, group) => sum + group.count, 0);
  if (hosts !== scenario.nodes) {
    throw new ScenarioError(`${source}: nodes: is ${scenario.nodes}, but the groups of hosts make ${hosts}`);
  }
  checkJoining(scenario, source);
  checkHostNames(scenario, source);
  checkOneStrategy(scenario, source);
  return scenario;
};

/** Somebody founds the network, and who joins it later has no past in it. */
const checkJoining = ({ hosts }: Scenario, source: string): void => {
  if (hosts.every(({ joins }) => joins !== undefined)) {
    throw new ScenarioError(`${source}: hosts: all of them join; a group without "joins" founds the network`);
  }
  hosts.forEach(({ joins, chainLength }, i) => {
    if (joins === undefined || chainLength === 1) return;
    throw new ScenarioError(`${source}: hosts.${i}.chainLength: is ${chainLength}, but nodes that join begin with 1`);
  });
};

/** A host has one strategy: lines of one type that name it go together, of two types not. */
const checkOneStrategy = (scenario: Scenario, source: string): void => {
  const { adversary, nodes } = scenario;
  const names = hostNames(nodes);
  const types = new Map<string, string>();
  adversary.forEach((line, i) => {
    const hosts = 'host' in line ? [line.host] : chosenHosts(line.hosts, names).map((host) => names[host]);
    const first = names.indexOf(hosts[0] as string);
    // Who invents a history signs its first windows.
    const isInventor = line.type === 'lying-server' && (line.lie === 'invented' || line.lie === 'foreign-anchor');
    if (isInventor && joiningOf(scenario)[first] !== undefined) {
      throw new ScenarioError(`${source}: adversary.${i}.hosts: ${hosts[0]} joins, so it cannot invent a history`);
    }
    for (const host of hosts as readonly string[]) {
      const other = types.get(host) ?? line.type;
      types.set(host, line.type);
      if (other !== line.type) {
        throw new ScenarioError(`${source}: adversary.${i}: ${host} is ${other} already; give a host one type`);
      }
      if (line.type === 'farm' && adversary.slice(0, i).some((before) => 'host' in before && before.host === host)) {
        throw new ScenarioError(`${source}: adversary.${i}: ${host} has a farm already`);
      }
    }
  });
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
    else if (fault.type === 'lose') {
      check(`faults.${i}.from`, [fault.from]);
      check(`faults.${i}.to`, [fault.to]);
    } else if (fault.type !== 'heal' && Array.isArray(fault.hosts)) check(`faults.${i}.hosts`, fault.hosts);
  });
  scenario.adversary.forEach((adversary, i) => {
    if ('host' in adversary) {
      check(`adversary.${i}.host`, [adversary.host]);
      if ('target' in adversary) check(`adversary.${i}.target`, [adversary.target]);
      if ('second' in adversary && Array.isArray(adversary.second)) check(`adversary.${i}.second`, adversary.second);
    } else if (Array.isArray(adversary.hosts)) check(`adversary.${i}.hosts`, adversary.hosts);
    if (adversary.type === 'lying-server') check(`adversary.${i}.to`, adversary.to);
  });
};

/** Names of the hosts of a run: n000, n001, … in the order of the groups, which is that of the names. */
export const hostNames = (nodes: number): readonly string[] => {
  const digits = Math.max(3, String(nodes - 1).length);
  return Array.from({ length: nodes }, (_, i) => `n${String(i).padStart(digits, '0')}`);
};

const explain = (issue: Issue, input: unknown): string => {
  const path = issue.path.map(String).join('.');
  const field = path === '' ? 'scenario' : path;
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    const key = issue.keys[0] as string;
    return `${path === '' ? key : `${path}.${key}`}: no such field${suggestion(key, knownKeys(issue.path))}`;
  }
  const value = valueAt(input, issue.path);
  if (value === undefined) return `${field}: is missing`;
  const deeper = issue.errors?.map(([first]) => first).find((first) => first !== undefined && first.path.length > 0);
  if (deeper !== undefined) return explain({ ...deeper, path: [...issue.path, ...deeper.path] }, input);
  const names = namesIn(issue);
  if (typeof value === 'string' && names.length > 0) {
    return `${field}: ${JSON.stringify(value)} is not one of ${names.join(', ')}${suggestion(value, names)}`;
  }
  if (issue.errors !== undefined && issue.errors.length > 0) return `${field}: expected ${wantedBy(issue.errors)}`;
  return `${field}: ${issue.message.replace(/^(Invalid input|Invalid option|Too small|Too big): /, '')}`;
};

/** The words that a field may hold. */
const namesIn = (issue: Issue): readonly string[] =>
  [issue, ...(issue.errors ?? []).flat()]
    .flatMap(({ values, options }) => values ?? options ?? [])
    .filter((name) => typeof name === 'string');

/** What the alternatives of a union ask for. */
const wantedBy = (errors: readonly (readonly Issue[])[]): string =>
  errors
    .flatMap(([first]) => (first === undefined ? [] : [first.values?.join(', ') ?? first.expected ?? first.message]))
    .join(' or ');

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
  const last = keys.pop() as string;
  let target = input;
  keys.forEach((key, i) => {
    const next = fieldsOf(fieldOf(target, key, setting), /^\d+$/.test(keys[i + 1] ?? last));
    if (next === undefined)
      throw new ScenarioError(`--set ${setting}: ${keys.slice(0, i + 1).join('.')} has no fields`);
    target[key] = next;
    target = next;
  });
  fieldOf(target, last, setting);
  target[last] = parseValue(setting.slice(at + 1));
};

/** Turns a scenario as written into one of its variants; leaves it as it is where `parseScenario` refuses its list of them. */
export const applyVariant = (input: Record<string, unknown>, name: string): void => {
  const { data: variants } = scenarioSchema.shape.variants.safeParse(input.variants);
  if (variants === undefined) return;
  const variant = variants[name];
  if (variant === undefined) {
    const known = Object.keys(variants);
    const which = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    throw new ScenarioError(`no variant "${name}"${suggestion(name, known)}; ${which}`);
  }
  for (const [path, value] of Object.entries(variant.set)) applySetting(input, `${path}=${JSON.stringify(value)}`);
  if (variant.expect !== undefined) input.expect = variant.expect;
};

/** What stands under a key of a scenario as written. A list has indices up to the first free one. */
const fieldOf = (target: Record<string, unknown>, key: string, setting: string): unknown => {
  const isList = Array.isArray(target);
  const isKey = isList ? /^\d+$/.test(key) && Number(key) <= target.length : key !== '' && key !== '__proto__';
  if (!isKey) throw new ScenarioError(`--set ${setting}: "${key}" is no ${isList ? 'index there' : 'field'}`);
  return Object.hasOwn(target, key) ? target[key] : undefined;
};

/** A value that has fields: itself, the rules a name stands for, or an empty list or object where there was nothing. */
const fieldsOf = (value: unknown, isList: boolean): Record<string, unknown> | undefined => {
  if (value === 'published' || value === 'montana') return { ...rulesOf(value) };
  const fields = value ?? (isList ? [] : {});
  return typeof fields === 'object' ? (fields as Record<string, unknown>) : undefined;
};

const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** " (did you mean x?)" where a known name is near: three changes at most, and not half of the name. */
export const suggestion = (name: string, known: readonly string[]): string => {
  let best: string | undefined;
  let least = Math.min(4, (name.length >> 1) + 1);
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
