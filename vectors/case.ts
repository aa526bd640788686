/** One conformance vector: call `fn` with `in`, and every key of `out` must come out. */
export interface Case {
  readonly id: string;
  /** The function to call. */
  readonly fn: string;
  readonly in: Readonly<Record<string, unknown>>;
  readonly out: Readonly<Record<string, unknown>>;
}
