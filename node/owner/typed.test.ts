import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { readTyped } from './typed.ts';

describe('words that are typed', () => {
  const typing = (isTTY: boolean) => {
    const input = new PassThrough() as PassThrough & { isTTY: boolean; setRawMode(on: boolean): void };
    const modes: boolean[] = [];
    input.isTTY = isTTY;
    input.setRawMode = (on) => {
      modes.push(on);
      process.stderr.write(on ? '[raw]' : '[cooked]');
    };
    return { input, modes, typed: readTyped('words: ', input as unknown as NodeJS.ReadStream) };
  };
  const silently = async <T>(use: () => Promise<T>): Promise<readonly [T, string]> => {
    let shown = '';
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      shown += String(chunk);
      return true;
    });
    try {
      return [await use(), shown];
    } finally {
      spy.mockRestore();
    }
  };

  test('on a terminal are not shown, with backspace, to the end of the row of the 24th; every chunk is wiped', async () => {
    const rows = `abandonn\x7f art${'\r\nzoo zoo'.repeat(11)}`;
    const chunk = Buffer.from(`${rows}\rrest`);
    const [[bytes, modes], shown] = await silently(async () => {
      const { input, modes, typed } = typing(true);
      input.write(chunk);
      return [await typed, modes] as const;
    });
    expect(Buffer.from(bytes).toString().split(/\s+/)).toEqual(['abandon', 'art', ...Array(22).fill('zoo')]);
    // Nothing that is typed at once can be echoed.
    expect(shown).toBe('[raw]words: [cooked]\n');
    expect(modes).toEqual([true, false]);
    expect(chunk.every((byte) => byte === 0)).toBe(true);
  });

  test.each(['\x03', '\x04', 'x'.repeat(4_097)])('%# are given up', async (keys) => {
    await silently(async () => {
      const { input, modes, typed } = typing(true);
      input.write(keys);
      await expect(typed).rejects.toThrow(/nothing was made/);
      expect(modes).toEqual([true, false]);
    });
  });

  test('elsewhere are all of the input', async () => {
    const { input, typed } = typing(false);
    const chunk = Buffer.from('zoo\nzoo');
    input.end(chunk);
    expect(Buffer.from(await typed).toString()).toBe('zoo\nzoo');
    expect(chunk.every((byte) => byte === 0)).toBe(true);
    const long = typing(false);
    const all = Buffer.from('zoo '.repeat(1_025));
    long.input.end(all);
    await expect(long.typed).rejects.toThrow('that is more than 24 words; nothing was made');
    expect(all.every((byte) => byte === 0)).toBe(true);
  });
});
