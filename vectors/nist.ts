import type { Case } from './case.ts';

type Test = Readonly<Record<string, string | number>>;

const lower = (value: string | number | undefined): string => String(value ?? '').toLowerCase();

/** Which function a test is for follows from the fields it has. */
const shapes: readonly { readonly fn: string; readonly takes: readonly string[]; readonly gives: readonly string[] }[] =
  [
    { fn: 'nist_mldsa65_siggen', takes: ['sk', 'message'], gives: ['signature'] },
    { fn: 'nist_mldsa65_keygen', takes: ['seed'], gives: ['pk', 'sk'] },
    { fn: 'nist_mlkem768_keygen', takes: ['d', 'z'], gives: ['ek', 'dk'] },
    { fn: 'nist_mlkem768_decap', takes: ['dk', 'c'], gives: ['k'] },
  ];

/** Tests of NIST's ACVP server (upper-case hex, `tests`) as cases; undefined for any other content. */
export const nistCases = (file: string, content: object): readonly Case[] | undefined => {
  if (!('tests' in content) || !Array.isArray(content.tests)) return undefined;
  const cases = (content.tests as readonly Test[]).map((test): Case | undefined => {
    const shape = shapes.find(({ takes, gives }) => [...takes, ...gives].every((name) => name in test));
    if (shape === undefined) return undefined;
    const pick = (names: readonly string[]): Record<string, string> =>
      Object.fromEntries(names.map((name) => [name, lower(test[name])]));
    return {
      id: `${file}-${test.tcId}`,
      fn: shape.fn,
      in: { ...pick(shape.takes), context: lower(test.context) },
      out: pick(shape.gives),
    };
  });
  return cases.every((entry) => entry !== undefined) ? cases : undefined;
};
