/** The part of the WebAssembly interface that the emitted hash engines use; every JavaScript engine brings it. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }

  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }

  interface Memory {
    readonly buffer: ArrayBuffer;
  }

  /** Whether this engine can compile `bytes`. */
  function validate(bytes: Uint8Array): boolean;
}
