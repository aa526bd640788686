import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A step of a path in a README: commands of a shell, and lines that they print, `…` standing for anything. */
export interface Step {
  readonly commands: string;
  readonly prints: readonly string[];
}

/** The `sh` blocks below a heading, up to the next one of its level, each with the `text` block behind it. Throws: no such heading. */
export const stepsOf = (markdown: string, heading: string): readonly Step[] => {
  const level = /^#+/.exec(heading)?.[0] ?? '';
  const lines = markdown.split('\n');
  const from = lines.indexOf(heading);
  if (from < 0) throw new Error(`no heading "${heading}"`);
  const steps: { commands: string; prints: readonly string[] }[] = [];
  let block: { readonly kind: string; readonly indent: number; readonly lines: string[] } | undefined;
  for (const line of lines.slice(from + 1)) {
    const [, indent = '', kind] = /^( *)```(\w*)$/.exec(line) ?? [];
    if (block === undefined) {
      if (line.startsWith(`${level} `)) break;
      if (kind !== undefined) block = { kind, indent: indent.length, lines: [] };
    } else if (kind === undefined) block.lines.push(line.slice(block.indent));
    else {
      const last = steps.at(-1);
      if (block.kind === 'sh') steps.push({ commands: block.lines.join('\n'), prints: [] });
      else if (block.kind === 'text' && last !== undefined) last.prints = block.lines;
      block = undefined;
    }
  }
  return steps;
};

/** The first line of `prints` that `output` does not have behind those before it; undefined: it has all, in order. */
export const firstMissing = (prints: readonly string[], output: string): string | undefined => {
  const lines = output.split('\n');
  let at = 0;
  return prints.find((wanted) => {
    const form = new RegExp(
      `^${wanted
        .split('…')
        .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
        .join('.*')}$`,
    );
    const found = lines.findIndex((line, index) => index >= at && form.test(line));
    at = found + 1;
    return found < 0;
  });
};

/** What a path printed. */
export interface Walked {
  /** Of each step that was begun. */
  readonly outputs: readonly string[];
  /** Exit code of the shell; null: it was ended because it took too long. */
  readonly code: number | null;
}

const MARK = '::montana step::';

/**
 * Takes all steps in one shell, in `folder`: a command that fails ends it. Nothing that the shell started is left when this returns, nor after
 * `patience` milliseconds. `skipped` lines are left out.
 */
export const walk = async (
  steps: readonly Step[],
  folder: string,
  { skipped, patience }: { readonly skipped: readonly string[]; readonly patience: number },
): Promise<Walked> => {
  const script = join(folder, 'path.sh');
  const commandsOf = ({ commands }: Step): string =>
    commands
      .split('\n')
      .filter((line) => !skipped.includes(line))
      .join('\n');
  writeFileSync(script, `exec 2>&1\n${steps.map((step) => `echo '${MARK}'\n${commandsOf(step)}\n`).join('')}`);
  const env = { ...process.env, NO_COLOR: '1' };
  // A group of its own: whatever the path leaves running ends with it.
  const shell = spawn('sh', ['-eu', script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const end = (): void => {
    try {
      process.kill(-shell.pid!, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  };
  const chunks: Buffer[] = [];
  shell.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const timer = setTimeout(end, patience);
  const closed = new Promise((resolve) => shell.on('close', resolve));
  const code = await new Promise<number | null>((resolve) => shell.on('exit', resolve));
  clearTimeout(timer);
  end();
  await closed;
  return { outputs: `${Buffer.concat(chunks)}`.split(`${MARK}\n`).slice(1), code };
};
