import { expect, it } from 'vitest';
import { SparingLog } from './sparing-log.ts';

it('logs a hundred at once, then five a second, and says how many it left out', () => {
  const lines: unknown[] = [];
  const keep = (fields: unknown) => lines.push(fields);
  const log = new SparingLog({ info: keep, error: keep } as never, 0);
  for (let i = 0; i < 150; i++) log.info({ i }, 'refused', 0);
  expect(lines).toEqual(Array.from({ length: 100 }, (_, i) => ({ i })));
  log.info({ i: 150 }, 'refused', 199);
  expect(lines).toHaveLength(100);
  log.info({ i: 151 }, 'refused', 400);
  log.error({ i: 152 }, 'a fault', 400);
  log.info({ i: 153 }, 'refused', 400);
  expect(lines.slice(100)).toEqual([{ i: 151, leftOut: 51 }, { i: 152 }]);
});
