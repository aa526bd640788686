import { readScenario, scenarioNames } from './scenarios.ts';

/** `montana list`: the scenarios and what each claims. */
export const list = async (options: { readonly json?: boolean }): Promise<void> => {
  const names = await scenarioNames();
  const scenarios = await Promise.all(
    names.map(async (name) => {
      const { title, claim, nodes, windows } = await readScenario(name);
      return { name, title, claim, nodes, windows };
    }),
  );
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ schema: 1, scenarios })}\n`);
    return;
  }
  for (const { name, claim, nodes, windows } of scenarios) {
    process.stdout.write(`${name.padEnd(18)} ${nodes} nodes, ${windows} windows\n    ${claim}\n`);
  }
};
