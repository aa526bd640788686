import { REGIONS, type Region } from './types.ts';

/** What an observer on the path between two hosts sees of a connection: addresses, later sizes and what is sent in clear. */
export interface Sight {
  readonly stage: 'dial' | 'established';
  readonly at: number;
  readonly dialer: number;
  readonly listener: number;
  /** Once established: bytes of the three handshake messages and the identities both ends showed. */
  readonly clear?: { readonly sizes: readonly number[]; readonly dialer: string; readonly listener: string };
}

/** Let it pass, break it, or hold it to so many bits per second. */
export type Verdict = 'allow' | 'reset' | { readonly throttle: number };

/** The access networks between hosts, asked when a connection is dialled and when its handshake is complete. */
export interface Policy {
  connection(sight: Sight): Verdict;
}

/** How links behave. Times in microseconds but for `latency`. */
export interface NetworkOptions {
  /** One way, milliseconds, by `REGIONS` from and to. */
  readonly latency: readonly (readonly number[])[];
  /** A message is later by 0 … jitter − 1. */
  readonly jitter: number;
  /** Lost segments per million. */
  readonly loss: number;
  /** Connections that the world opens from each host, to hosts drawn from its stream; at most all others (09 §12.19). */
  readonly outgoing: number;
  /** Bytes of the three messages of the handshake. */
  readonly handshake: readonly [number, number, number];
  /** A dial across a cut is given up after this. */
  readonly dialTimeout: number;
  /** Pause before a broken connection is dialled again; doubles with each failure up to `most`. */
  readonly redial: { readonly first: number; readonly most: number };
}

/** Round figures of the size that public ping tables show; modelled, not measured. To: in the order of `REGIONS`. */
const LATENCY: Readonly<Record<Region, readonly number[]>> = {
  africa: [40, 110, 130, 75, 160],
  america: [110, 35, 90, 50, 85],
  asia: [130, 90, 35, 90, 60],
  europe: [75, 50, 90, 12, 135],
  oceania: [160, 85, 60, 135, 15],
};

/** The default network. */
export const NETWORK: NetworkOptions = {
  latency: REGIONS.map((region) => LATENCY[region]),
  jitter: 5_000,
  loss: 1_000,
  outgoing: 24,
  handshake: [1184, 7533, 6349],
  dialTimeout: 10_000_000,
  redial: { first: 1_000_000, most: 16_000_000 },
};
