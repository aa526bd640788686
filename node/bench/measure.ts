import { rowsOf } from './harness.ts';
import { type Measured, SECTIONS, type Section, type SectionName } from './section.ts';

// The process of one section: what others compiled, allocated or left behind would change the figures.
const [name, pace, sizes] = process.argv.slice(2) as [SectionName, 'quick' | 'full', string];
const section: Section = await SECTIONS[name]();
const accounts = sizes === '' ? undefined : sizes.split(',').map(Number);
const tell = (line: string): void => {
  process.stderr.write(`${performance.now().toFixed(0).padStart(6)} ms  ${name}: ${line}\n`);
};
tell('begins');
const rows = rowsOf(await section.measure({ quick: pace === 'quick', accounts, tell }));
const measured: Measured = { title: section.title, rows, summary: section.summary?.(rows) ?? '' };
process.send?.(measured);
