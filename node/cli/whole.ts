import { UsageError } from './usage.ts';

/** The number that an option takes. Throws `UsageError`. */
export const whole = (option: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} ${text}: write a whole number from ${least} to ${most}`);
};
