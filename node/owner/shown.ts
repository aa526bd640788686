import { WORDS } from '#core/crypto/wordlist.ts';

const ADVICE = `
Write these 24 words down on paper, in this order, and keep them where nobody else finds them.
They are shown only now. Whoever has them has your account; without them nobody can bring it back.

`;

/** Shows the words of a new identity, four a row, and wipes them. They are written one by one: no text holds them all. */
export const showWords = (words: Uint16Array): void => {
  for (const [i, word] of words.entries()) {
    process.stdout.write(`${String(i + 1).padStart(2)} ${WORDS[word]!.padEnd(9)}`);
    process.stdout.write(i % 4 === 3 ? '\n' : ' ');
  }
  words.fill(0);
  process.stdout.write(ADVICE);
};
