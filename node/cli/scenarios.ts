import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Scenario, ScenarioInput } from '#sim/run/scenario.ts';
import { applySetting, applyVariant, parseScenario, ScenarioError, suggestion } from '#sim/run/settings.ts';
import { UsageError } from './usage.ts';

const folder = new URL('../../scenarios/', import.meta.url);

/** Files that hold a scenario of one's own. */
const SUFFIXES = ['.json', '.mjs', '.js', '.ts'];

const isScenario = (file: string): boolean => /^[a-z0-9-]+\.(ts|js)$/.test(file) && !file.includes('.test.');

/** Names of the project's scenarios, sorted. */
export const scenarioNames = async (): Promise<readonly string[]> => {
  const files = await readdir(folder);
  return files
    .filter(isScenario)
    .map((file) => file.slice(0, -extname(file).length))
    .sort();
};

/** What a command changes in a scenario: first its variant, then its seed, and fields as `path=value`. */
export interface Changes {
  readonly variant?: string;
  readonly seed?: string;
  readonly set: readonly string[];
}

/** A scenario by name or from a file, changed and checked. Throws `UsageError` with the first field at fault. */
export const readScenario = async (name: string, { variant, seed, set }: Changes = { set: [] }): Promise<Scenario> => {
  try {
    const input = await load(name);
    if (variant !== undefined) applyVariant(input, variant);
    if (seed !== undefined) input.seed = seed;
    for (const setting of set) applySetting(input, setting);
    return parseScenario(input, name);
  } catch (error) {
    throw error instanceof ScenarioError ? new UsageError(error.message) : error;
  }
};

/** A scenario as written. */
const load = async (name: string): Promise<Record<string, unknown>> => {
  if (/[./\\]/.test(name)) return loadFile(resolve(name), name);
  const known = await scenarioNames();
  if (!known.includes(name)) {
    throw new UsageError(`${name}: no such scenario${suggestion(name, known)}; \`montana list\` shows them all`);
  }
  const suffix = extname(import.meta.url);
  const module = (await import(new URL(`${name}${suffix}`, folder).href)) as { default: ScenarioInput };
  return structuredClone(module.default) as Record<string, unknown>;
};

const loadFile = async (path: string, shown: string): Promise<Record<string, unknown>> => {
  if (!existsSync(path)) throw new UsageError(`${shown}: no such file`);
  if (!SUFFIXES.includes(extname(path))) {
    throw new UsageError(`${shown}: a scenario is a file that ends in ${SUFFIXES.join(', ')}`);
  }
  let value: unknown;
  try {
    if (extname(path) === '.json') value = JSON.parse(await readFile(path, 'utf8'));
    else value = structuredClone(((await import(pathToFileURL(path).href)) as { default?: unknown }).default);
  } catch (error) {
    throw new UsageError(`${shown}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${shown}: holds no scenario (a .ts or .mjs file exports it as default)`);
  }
  return value as Record<string, unknown>;
};
