import { SingleBar } from 'cli-progress';

/** Milliseconds between two lines where there is no terminal. */
const PAUSE = 10_000;

/** How far a sweep is, on stderr: a bar on a terminal, else now and then a line. */
export class SweepProgress {
  readonly #total: number;
  readonly #before: number;
  readonly #begun = performance.now();
  readonly #bar: SingleBar | undefined;
  readonly #lines: NodeJS.Timeout | undefined;
  #done: number;
  #failed = 0;
  #doing = '';

  /** `before`: runs that were finished earlier. */
  constructor(total: number, before: number) {
    this.#total = total;
    this.#before = before;
    this.#done = before;
    if (process.stderr.isTTY) {
      const format = '{bar} {value}/{total} runs{failed}, {left}  {doing}';
      this.#bar = new SingleBar({ format, stream: process.stderr, barsize: 24, hideCursor: true, linewrap: false });
      this.#bar.start(total, before, this.#words());
      // The time that is left changes between two runs too.
      this.#lines = setInterval(() => this.#bar?.update(this.#words()), 1_000);
    } else {
      this.#lines = setInterval(() => this.#line(), PAUSE);
    }
    this.#lines.unref();
  }

  begin(doing: string): void {
    this.#doing = doing;
    this.#bar?.update(this.#words());
  }

  end(isFailed: boolean): void {
    this.#done++;
    if (isFailed) this.#failed++;
    this.#bar?.update(this.#done, this.#words());
  }

  stop(): void {
    clearInterval(this.#lines);
    if (this.#bar === undefined) this.#line();
    else this.#bar.stop();
  }

  #line(): void {
    const { failed, left, doing } = this.#words();
    process.stderr.write(`${this.#done}/${this.#total} runs${failed}, ${left}  ${doing}\n`);
  }

  #words(): { readonly failed: string; readonly left: string; readonly doing: string } {
    const elapsed = (performance.now() - this.#begun) / 1000;
    return {
      failed: this.#failed === 0 ? '' : ` (${this.#failed} failed)`,
      left: leftText(elapsed, this.#done - this.#before, this.#total - this.#done),
      doing: this.#doing,
    };
  }
}

/** Seconds passed for so many runs, so many to come: how long that will take. */
export const leftText = (elapsed: number, made: number, toCome: number): string => {
  if (toCome === 0) return 'done';
  return made === 0 ? 'time left not known yet' : `${durationText((elapsed / made) * toCome)} left`;
};

const durationText = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min ${String(whole % 60).padStart(2, '0')} s` : `${whole} s`;
};
