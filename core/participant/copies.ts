import { equalBytes } from '../bytes/bytes.ts';
import type { Signed } from '../consensus/objects.ts';

/**
 * Whether an offered object is the held one, to the last byte. Identifiers leave signatures out, so an equal identifier alone says
 * nothing about the signature, and a copy with a false one must be judged like anything else (09 §12.8).
 */
export const isCopy = (held: Pick<Signed, 'id' | 'signature'> | undefined, offered: Signed): boolean =>
  held !== undefined && (held === offered || (held.id === offered.id && equalBytes(held.signature, offered.signature)));
