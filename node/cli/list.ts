import { readScenario, scenarioNames } from './scenarios.ts';

/** `montana list`: the scenarios, what each claims, and its variants. */
export const list = async (options: { readonly json?: boolean }): Promise<void> => {
  const names = await scenarioNames();
  const scenarios = await Promise.all(
    names.map(async (name) => {
      const { title, claim, nodes, windows, variants } = await readScenario(name);
      return { name, title, claim, nodes, windows, variants: Object.keys(variants) };
    }),
  );
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ schema: 1, scenarios })}\n`);
    return;
  }
  for (const { name, claim, nodes, windows, variants } of scenarios) {
    const which = variants.length === 0 ? '' : `    variants: ${variants.join(', ')}\n`;
    process.stdout.write(`${name.padEnd(20)} ${nodes} nodes, ${windows} windows\n    ${claim}\n${which}`);
  }
};
