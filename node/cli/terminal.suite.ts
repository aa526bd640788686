import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from './launch.suite.ts';

/** Milliseconds a screen may take to show what is waited for: a machine that does other work besides is slow, not wrong. */
const PATIENCE = 120_000;

/** What stands on the terminal when the command has ended. */
const END = /^exit (\d+)\n(raw|lines)$/m;

/** Runs `command` in a terminal of its own: in tmux, on a socket of its own. The shell in it stays when the command ends. */
export class Terminal {
  readonly #folder = mkdtempSync(join(tmpdir(), 'montana-terminal-'));

  constructor(
    command: string,
    options: {
      readonly columns?: number;
      readonly rows?: number;
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ) {
    const { columns = 80, rows = 24, env = {} } = options;
    const inner = `echo $$ > ${this.#folder}/pid; cd ${ROOT}; exec ${command}`;
    // Keys that are not taken as lines any more would be left over from the screen.
    const mode = 'case "$(stty -a)" in *-icanon*) echo raw;; *) echo lines;; esac';
    const script = `sh -c '${inner}'; echo "exit $?"; ${mode}; exec cat`;
    const { NO_COLOR: _, NODE_ENV: __, ...around } = process.env;
    const variables = { ...around, LC_ALL: 'C.UTF-8', CI: 'false', CONTINUOUS_INTEGRATION: 'false', ...env };
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux(['new-session', '-d', ...size, script], variables);
  }

  /** What is on the screen, without colours. */
  get text(): string {
    return this.#tmux(['capture-pane', '-p']);
  }

  /** The same, with them. */
  get coloured(): string {
    return this.#tmux(['capture-pane', '-p', '-e']);
  }

  /** Whether the second screen of the terminal is shown, and whether the cursor is. */
  get state(): { readonly alternate: boolean; readonly cursor: boolean } {
    const [alternate, cursor] = this.#tmux(['display', '-p', '#{alternate_on} #{cursor_flag}']).trim().split(' ');
    return { alternate: alternate === '1', cursor: cursor === '1' };
  }

  /** The process of the command. */
  get pid(): number {
    return Number(readFileSync(join(this.#folder, 'pid'), 'utf8'));
  }

  /** Types keys, by tmux's names: Enter, Space, C-c, q. */
  type(...keys: readonly string[]): void {
    this.#tmux(['send-keys', ...keys]);
  }

  resize(columns: number, rows: number): void {
    this.#tmux(['resize-window', '-x', String(columns), '-y', String(rows)]);
  }

  /** Waits until the screen shows something; returns what it shows then. Fails at once when the command has ended. */
  async shows(what: string | RegExp): Promise<string> {
    const isShown = (text: string): boolean => (typeof what === 'string' ? text.includes(what) : what.test(text));
    return this.#until(() => {
      const { text } = this;
      if (isShown(text)) return text;
      if (END.test(text)) throw new Error(`the command ended before it showed ${what}:\n${text}`);
      return undefined;
    }, `${what}`);
  }

  /** Waits until the first screen of the terminal is shown again, with its cursor. */
  async restored(): Promise<void> {
    await this.#until(() => (!this.state.alternate && this.state.cursor) || undefined, 'the terminal to be restored');
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const seen = look();
      if (seen !== undefined) return seen;
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}; the screen shows\n${this.text}`);
      await wait(50);
    }
  }

  /** Waits for the end of the command: its exit code as a shell names it. Keys must be taken as lines again. */
  async exitCode(): Promise<number> {
    const [, code, mode] = END.exec(await this.shows(END)) ?? [];
    if (mode !== 'lines') throw new Error('the terminal is left in raw mode');
    return Number(code);
  }

  /** Ends tmux and all that runs in it. */
  close(): void {
    this.#tmux(['kill-server']);
    rmSync(this.#folder, { recursive: true });
  }

  #tmux(args: readonly string[], env?: Readonly<Record<string, string | undefined>>): string {
    try {
      return execFileSync('tmux', ['-u', '-f', '/dev/null', '-S', join(this.#folder, 'socket'), ...args], {
        encoding: 'utf8',
        ...(env === undefined ? {} : { env }),
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new Error('tmux is missing: apt-get install tmux');
    }
  }
}
