import type { Readable } from 'node:stream';
import * as z from 'zod';
import type { Query, QueryAnswer } from '#node/shell/queries.ts';
import type { OperationAnswer } from './account-schemas.ts';
import {
  type Health,
  idSchema,
  type JournalAnswer,
  type Ready,
  type Reloaded,
  type Status,
  type WindowAnswer,
} from './schemas.ts';

/** What the API asks the node. A part of the node that cannot answer now throws `ApiError`. */
export interface ApiPorts {
  status(): Promise<Status>;
  health(): Health;
  ready(): Ready;
  /** Text of Prometheus. */
  metrics(): Promise<string>;
  /** Begins to stop; the answer does not wait for the end. */
  stop(): void;
  /** Reads montana.yaml again. Throws `Refused`: nothing is changed then. */
  reload(): Reloaded;
  /** A well-formed operation. */
  submit(id: string, operation: Uint8Array, notBefore: number | undefined): Promise<OperationAnswer>;
  /** Read by the protocol's thread. */
  query<Q extends Query>(query: Q): Promise<QueryAnswer<Q>>;
  /** When a window above `after` is final; undefined: none was for 25 s, or nobody waits any more. */
  nextWindow(after: number, isGone: AbortSignal): Promise<WindowAnswer | undefined>;
  /** Bytes of an `AnchorProof`, for whoever trusts window `checkpoint`. Rejects with `ApiError`: 404, 409, 410. */
  anchorProof(operation: string, checkpoint: number | undefined): Promise<Uint8Array>;
  journal(): JournalAnswer;
  /** Something was answered with 500: why, for whoever reads the log. */
  fault(error: unknown): void;
  /** A file of the journal; undefined: there is none of this name. */
  journalFile(name: string): { readonly bytes: number; readonly stream: Readable } | undefined;
}

/** An answer that is no error: JSON of a schema, content of another type, or none. */
export type AnswerForm =
  | { readonly about: string; readonly schema: z.ZodType }
  | { readonly about: string; readonly type: string }
  | { readonly about: string };

/** `body`: what JSON is made of, text, bytes, or a stream; by the form of its status. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  /** Bytes of a stream. */
  readonly length?: number;
}

interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Fires when nobody waits for the answer any more. */
  readonly isGone: AbortSignal;
}

interface RouteOf<P, Q, B> {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI has it: `/accounts/{id}`. */
  readonly path: string;
  readonly about: string;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerForm>>;
  /** Errors besides those that every route of its kind has. */
  readonly errors?: readonly number[];
  /** No token is asked for. */
  readonly isOpen?: true;
  handle(ports: ApiPorts, input: Input<P, Q, B>): Promise<Reply>;
}

/** One operation of the API: where it is checked, answered and documented. */
export type Route = RouteOf<unknown, unknown, unknown>;

/** A route whose handler knows the types of what its schemas let through. */
export const route = <P, Q, B>(of: RouteOf<P, Q, B>): Route => of as Route;

export const ok = (body: unknown): Reply => ({ status: 200, body });

/** The `{id}` of a path. */
export const byId = z.strictObject({ id: idSchema });

/** A whole number in a query, which is text. */
export const wholeText = (least: number, most: number, wrong: string) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : text),
    z.int(wrong).min(least, wrong).max(most, wrong),
  );
