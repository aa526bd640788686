import { vi } from 'vitest';

export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command says when it runs in this process, and its exit code. */
export const said = async (command: () => Promise<number>): Promise<Said> => {
  const lines = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      lines[name] += String(chunk);
      return true;
    }),
  );
  try {
    return { status: await command(), ...lines };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};
