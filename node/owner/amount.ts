/** 1 Montana is 10⁹ moneta (01 §1). */
const DECIMALS = 9;
const MONETA = 10n ** BigInt(DECIMALS);

/** The most that an amount can be, a u128. */
const MOST = 2n ** 128n - 1n;

const MONTANA = /^(\d+)(?:\.(\d{1,9}))? ?(?:Ɉ|MONT)?$/i;
const SMALL = /^(\d+) ?(?:nɈ|moneta)$/i;

/** Moneta of what a person wrote: `12.5`, `12.5 MONT`, `12.5Ɉ`, `300 moneta`, `300nɈ`; exact. undefined: no amount, or beyond a u128. */
export const parseAmount = (text: string): bigint | undefined => {
  const small = SMALL.exec(text);
  const [, whole, rest = ''] = MONTANA.exec(text) ?? [];
  if (small === null && whole === undefined) return undefined;
  const moneta = small === null ? BigInt(whole!) * MONETA + BigInt(rest.padEnd(DECIMALS, '0')) : BigInt(small[1]!);
  return moneta > MOST ? undefined : moneta;
};

/** `12.5 MONT`: every moneta stands in it, and no zero that says nothing. */
export const amountText = (moneta: bigint): string => {
  const rest = String(moneta % MONETA)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return `${moneta / MONETA}${rest === '' ? '' : `.${rest}`} MONT`;
};
