import { toHex } from '../bytes/bytes.ts';

/** Where a node listens: an IPv4 address stands in the last four of the 16 bytes, after zeros (06 §6). */
export interface Address {
  readonly ipVersion: 4 | 6;
  /** 16 bytes. */
  readonly ip: Uint8Array;
  readonly port: number;
}

/** Addresses of one owner as far as anybody can tell: /16 of IPv4, /48 of IPv6, behind the version; 3 or 7 bytes in hex (06 §9). */
export const groupOf = ({ ipVersion, ip }: Address): string =>
  ipVersion === 4 ? `04${toHex(ip, 12, 14)}` : `06${toHex(ip, 0, 6)}`;

/** One name for one address. */
export const addressKey = ({ ipVersion, ip, port }: Address): string => `${ipVersion}/${toHex(ip)}/${port}`;
