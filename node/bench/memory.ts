import { readFileSync } from 'node:fs';

export interface Memory {
  /** heapUsed + external: what is alive. */
  readonly live: number;
  /** What the system gave the process. */
  readonly resident: number;
}

/** Megabytes, after the garbage is gone. */
export const memory = (): Memory => {
  if (globalThis.gc === undefined) throw new Error('start with --expose-gc, or memory cannot be measured');
  // Arrays outside the heap go after their handles: a second collection finds them.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { live: (heapUsed + external) / 1e6, resident: rss / 1e6 };
};

/** Megabytes that the process has for itself, garbage included, without pages of files; all that is resident where the system does not tell them apart. */
export const anonymous = (): number => {
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return (Number(kilobytes) * 1024) / 1e6;
  } catch {
    // Not Linux.
  }
  return process.memoryUsage().rss / 1e6;
};
