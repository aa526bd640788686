import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { replaceOwn } from '#node/config/durable.ts';
import { Refused, systemReason } from '#node/config/refused.ts';

const FORM = /^[0-9a-f]{64}$/;

/** The token in `file`: 32 random bytes as hex, made where there is none, readable by its owner only. Throws `Refused`. */
export const tokenIn = (file: string): string => {
  try {
    // Whole or not at all, whenever the process ends.
    if (!existsSync(file)) replaceOwn(file, Buffer.from(`${randomBytes(32).toString('hex')}\n`));
  } catch (error) {
    throw new Refused(`${file}: cannot be written: ${systemReason(error)}; make the folder writable`);
  }
  const token = read(file);
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new Refused(`${file}: others can use it; remove it, and the node makes another one when it starts`);
  }
  if (!FORM.test(token)) {
    throw new Refused(`${file}: it holds no token; remove it, and the node makes another one when it starts`);
  }
  return token;
};

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Refused(`${file}: cannot be read: ${systemReason(error)}; remove it, and the node makes another one`);
  }
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a request's Authorization bears the token. How long it takes says nothing of the token. */
export const bears = (authorization: string | undefined, token: string | undefined): boolean => {
  const isEqual = timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token ?? ''}`));
  return isEqual && token !== undefined;
};
