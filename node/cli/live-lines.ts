/** A block of lines on stdout that is written over on a terminal; elsewhere the lines that changed. */
export class LiveLines {
  #before: readonly string[] = [];

  show(lines: readonly string[]): void {
    const before = this.#before;
    this.#before = lines;
    if (!process.stdout.isTTY) {
      const changed = lines.filter((line, i) => line !== before[i]);
      if (changed.length > 0) process.stdout.write(`${changed.join('\n')}\n`);
      return;
    }
    const width = process.stdout.columns;
    const up = before.length === 0 ? '' : `\u001b[${before.length}A`;
    process.stdout.write(up + lines.map((line) => `\u001b[2K${line.slice(0, width - 1)}\n`).join(''));
  }
}
