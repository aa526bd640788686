/** ⌊a / b⌋ of integers 0 ≤ a ≤ 2^53, b ≥ 1. Exact: a quotient rounded to 53 bits never reaches the next integer. */
export const divide = (a: number, b: number): number => Math.floor(a / b);

/** ⌈a / b⌉ of integers with a + b ≤ 2^53. */
export const divideUp = (a: number, b: number): number => Math.floor((a + b - 1) / b);

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** A constant pace of `count` things per `micros` microseconds, converted both ways without rounding errors. */
export class Rate {
  readonly #count: number;
  readonly #micros: number;

  /** Throws a RangeError unless both are positive integers whose reduced product fits 53 bits. */
  constructor(count: number, micros: number) {
    if (!Number.isSafeInteger(count) || !Number.isSafeInteger(micros) || count < 1 || micros < 1) {
      throw new RangeError(`not a rate: ${count} per ${micros} µs`);
    }
    const common = gcd(count, micros);
    this.#count = count / common;
    this.#micros = micros / common;
    if (this.#count * this.#micros > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(`rate too fine: ${this.#count} per ${this.#micros} µs`);
    }
  }

  /** Things done after `elapsed` microseconds, rounded down. */
  count(elapsed: number): number {
    const whole = divide(elapsed, this.#micros);
    return whole * this.#count + divide((elapsed - whole * this.#micros) * this.#count, this.#micros);
  }

  /** The first microsecond at which `count(elapsed)` is at least `count`. */
  time(count: number): number {
    const whole = divide(count, this.#count);
    const rest = (count - whole * this.#count) * this.#micros;
    return whole * this.#micros + (rest === 0 ? 0 : divide(rest - 1, this.#count) + 1);
  }
}
