import { multiaddr } from '@multiformats/multiaddr';
import { concat } from '#core/bytes/bytes.ts';
import type { Address } from '#core/peers/address.ts';

/** Codes of multiaddrs. */
const IP4 = 0x04;
const IP6 = 0x29;
const TCP = 0x06;

/** An IP address and a TCP port, whatever follows; undefined: the multiaddr begins otherwise, as with a name. */
export const addressOf = (text: string): Address | undefined => {
  const { bytes } = multiaddr(text);
  const size = bytes[0] === IP4 ? 4 : bytes[0] === IP6 ? 16 : 0;
  if (size === 0 || bytes[1 + size] !== TCP) return undefined;
  const ip = new Uint8Array(16);
  ip.set(bytes.subarray(1, 1 + size), 16 - size);
  const [high, low] = bytes.subarray(2 + size) as unknown as readonly [number, number];
  return { ipVersion: size === 4 ? 4 : 6, ip, port: 256 * high + low };
};

/** `/ip4/…/tcp/…` or `/ip6/…`. */
export const multiaddrOf = ({ ipVersion, ip, port }: Address): string => {
  const host = ipVersion === 4 ? [Uint8Array.of(IP4), ip.subarray(12)] : [Uint8Array.of(IP6), ip];
  return multiaddr(concat(...host, Uint8Array.of(TCP, port >> 8, port & 255))).toString();
};

/** Addresses that reach nobody (RFC 6666): 0100::/64. */
const NOWHERE = 0x01;

/** What stands for a contact that has a name instead of an address: nobody else is told of it. */
export const placeholder = (index: number): Address => {
  const ip = new Uint8Array(16);
  ip.set([NOWHERE], 0);
  ip.set([index >> 8, index & 255], 14);
  return { ipVersion: 6, ip, port: 1 };
};

/** Whether somebody can be dialled there. */
export const isReachable = ({ ipVersion, ip, port }: Address): boolean =>
  port > 0 && ip.some((byte) => byte !== 0) && !(ipVersion === 6 && ip[0] === NOWHERE && ip[1] === 0);
