// Writes scenarios/README.md from the scenarios and their figures; with the word `figures`, measures these first: all of them, or those of
// the scenarios named behind it.
import { writeFile } from 'node:fs/promises';
import { measure, readFigures } from './figures.ts';
import { readmeText } from './readme.ts';

const figures = process.argv[2] === 'figures' ? await measure(process.argv.slice(3)) : await readFigures();
if (figures === undefined) process.exitCode = 130;
else await writeFile(new URL('../../scenarios/README.md', import.meta.url), await readmeText(figures));
