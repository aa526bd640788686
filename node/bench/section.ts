import type { Row, Series } from './harness.ts';

export interface Settings {
  readonly quick: boolean;
  /** Sizes of states, where the section has any and others than its own are wanted. */
  readonly accounts: readonly number[] | undefined;
  /** Says how far it is, now and then. */
  tell(line: string): void;
}

/** Measurements that belong together: peers are of one section. */
export interface Section {
  readonly title: string;
  measure(settings: Settings): readonly Series[] | Promise<readonly Series[]>;
  /** What its rows come to, as a table of its own. */
  summary?(rows: readonly Row[]): string;
}

/** What the process that measures a section answers. */
export interface Measured {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly summary: string;
}

/** All sections, in the order of the result. Loaded where they run. */
export const SECTIONS = {
  hashes: async () => (await import('./hashes.ts')).hashes,
  signatures: async () => (await import('./signatures.ts')).signatures,
  state: async () => (await import('./state.ts')).state,
  transition: async () => (await import('./transition.ts')).transition,
  scale: async () => (await import('./scale.ts')).scale,
  simulator: async () => (await import('./simulator.ts')).simulator,
  'catch-up': async () => (await import('./catch-up.ts')).catchUp,
  window: async () => (await import('./window.ts')).window,
  api: async () => (await import('./api.ts')).api,
} satisfies Record<string, () => Promise<Section>>;

export type SectionName = keyof typeof SECTIONS;

/** Measured only where `--only` names them: they take long. */
export const APART: readonly string[] = ['catch-up', 'window', 'api'] satisfies SectionName[];
