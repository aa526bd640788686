import { readdir, readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { ScenarioError, suggestion } from '#sim/run/settings.ts';

const folder = new URL('../../scenarios/', import.meta.url);

const isScenario = (file: string): boolean => /^[a-z0-9-]+\.(ts|js)$/.test(file) && !file.includes('.test.');

/** Names of the project's scenarios, sorted. */
export const scenarioNames = async (): Promise<readonly string[]> => {
  const files = await readdir(folder);
  return files
    .filter(isScenario)
    .map((file) => file.slice(0, -extname(file).length))
    .sort();
};

/** A scenario as written: by name, or a .json, .mjs, .js or .ts file. Throws `ScenarioError` in one line. */
export const loadScenario = async (name: string): Promise<Record<string, unknown>> => {
  const isFile = /[./\\]/.test(name);
  if (isFile) return structuredClone(await loadFile(resolve(name), name));
  const known = await scenarioNames();
  if (!known.includes(name)) {
    throw new ScenarioError(`${name}: no such scenario${suggestion(name, known)}; \`montana list\` shows them all`);
  }
  const suffix = extname(import.meta.url);
  const module = (await import(new URL(`${name}${suffix}`, folder).href)) as { default: ScenarioInput };
  return structuredClone(module.default) as Record<string, unknown>;
};

const loadFile = async (path: string, shown: string): Promise<Record<string, unknown>> => {
  let value: unknown;
  if (extname(path) === '.json') {
    try {
      value = JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      throw new ScenarioError(`${shown}: ${error instanceof Error ? error.message : String(error)}`);
    }
  } else {
    try {
      value = ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
    } catch (error) {
      throw new ScenarioError(`${shown}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ScenarioError(`${shown}: holds no scenario (a .ts or .mjs file exports it as default)`);
  }
  return value as Record<string, unknown>;
};
