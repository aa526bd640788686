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
export const anonymous = (): number => peakOf(process.pid)?.anonymous ?? process.memoryUsage().rss / 1e6;

export interface Peak {
  /** Megabytes that the process has for itself now. */
  readonly anonymous: number;
  /** The most megabytes it ever had, pages of files included that the system could have taken back. */
  readonly resident: number;
}

/** Of a process on this machine; undefined: there is none, or the system is not Linux. */
export const peakOf = (pid: number | undefined): Peak | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name: string): number =>
      (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024) / 1e6;
    const peak = { anonymous: megabytes('RssAnon'), resident: megabytes('VmHWM') };
    return Number.isNaN(peak.anonymous + peak.resident) ? undefined : peak;
  } catch {
    return undefined;
  }
};
