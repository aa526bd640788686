import { rowsOf } from './harness.ts';
import { type Measured, SECTIONS, type SectionName } from './section.ts';

// The process of one section: what others compiled, allocated or left behind would change the figures.
const [name, pace] = process.argv.slice(2) as [SectionName, 'quick' | 'full'];
const { title, measure } = await SECTIONS[name]();
const tell = (line: string): void => {
  process.stderr.write(`${performance.now().toFixed(0).padStart(6)} ms  ${name}: ${line}\n`);
};
tell('begins');
const measured: Measured = { title, rows: rowsOf(measure({ quick: pace === 'quick', tell })) };
process.send?.(measured);
