import { chainBody } from './sha256-chain.ts';
import type { Sha256Engine } from './sha256-engine.ts';
import { initialMemory, NODES_AT, NODES_PER_CALL, PAIRS_AT, VALUE_AT } from './sha256-memory.ts';
import { nodesBody } from './sha256-nodes.ts';
import { emitModule } from './wasm-emitter.ts';

/** Short calls: the optimised code of a function is entered at its next call only, not in the middle of a long one. */
const ITERATIONS_PER_CALL = 16_384;

interface Exports {
  readonly memory: WebAssembly.Memory;
  chain(iterations: number): void;
  hashNodes(fours: number, pairs: number, nodes: number): void;
}

const instantiate = (): Exports | undefined => {
  if (typeof WebAssembly === 'undefined') return undefined;
  const functions = [
    { name: 'chain', body: chainBody() },
    { name: 'hashNodes', body: nodesBody() },
  ];
  const bytes = emitModule(functions, initialMemory());
  if (!WebAssembly.validate(bytes)) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports;
};

/** Engine in WebAssembly with vectors of 128 bits, in 64 KiB of memory; undefined where there is no such thing. */
export const wasmEngine = (): Sha256Engine | undefined => {
  const wasm = instantiate();
  if (wasm === undefined) return undefined;
  const bytes = new Uint8Array(wasm.memory.buffer);

  /** Copies the value in or out, turning its big-endian words into the module's little-endian ones, or back. */
  const copyReversed = (from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void => {
    for (let i = 0; i < 32; i++) to[toAt + i] = from[fromAt + (i ^ 3)] as number;
  };

  return {
    chain(value, iterations) {
      copyReversed(value, 0, bytes, VALUE_AT);
      for (let rest = iterations; rest > 0; rest -= ITERATIONS_PER_CALL)
        wasm.chain(Math.min(rest, ITERATIONS_PER_CALL));
      const end = new Uint8Array(32);
      copyReversed(bytes, VALUE_AT, end, 0);
      return end;
    },

    hashNodes(pairs, out) {
      const count = pairs.length >> 6;
      for (let start = 0; start < count; start += NODES_PER_CALL) {
        const size = Math.min(count - start, NODES_PER_CALL);
        bytes.set(pairs.subarray(64 * start, 64 * (start + size)), PAIRS_AT);
        wasm.hashNodes((size + 3) >> 2, PAIRS_AT, NODES_AT);
        out.set(bytes.subarray(NODES_AT, NODES_AT + 32 * size), 32 * start);
      }
    },
  };
};
