import { scriptEngine } from './sha256-script.ts';
import { wasmEngine } from './sha256-wasm.ts';

/** The two uses of SHA-256 that have to be fast. All engines give the same bytes. */
export interface Sha256Engine {
  /** SHA-256 applied `iterations` ≥ 0 times, starting from `value`, 32 bytes (04 §2). */
  chain(value: Uint8Array, iterations: number): Uint8Array;
  /**
   * H("mt-merkle-node", left, right) of each of n pairs, left ‖ right, 64·n bytes, to `out`, 32·n bytes elsewhere (02
   * §5).
   */
  hashNodes(pairs: Uint8Array, out: Uint8Array): void;
}

let chosen: Sha256Engine | undefined;

/** The fastest engine this machine can run, made at first use. */
export const sha256Engine = (): Sha256Engine => {
  chosen ??= wasmEngine() ?? scriptEngine;
  return chosen;
};
