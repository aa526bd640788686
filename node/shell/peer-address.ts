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

/** Networks of IPv4 that are not of the internet: this one, private, of a provider, loopback, link, tests of devices, beyond unicast. */
const OWN_NETWORKS: readonly (readonly [network: number, bits: number])[] = [
  [0x00_00_00_00, 8],
  [0x0a_00_00_00, 8],
  [0x64_40_00_00, 10],
  [0x7f_00_00_00, 8],
  [0xa9_fe_00_00, 16],
  [0xac_10_00_00, 12],
  [0xc0_a8_00_00, 16],
  [0xc6_12_00_00, 15],
  [0xe0_00_00_00, 3],
];

/** Whether an address means the same host to everybody: of IPv6 global unicast alone, 2000::/3. */
export const isPublic = ({ ipVersion, ip }: Address): boolean => {
  if (ipVersion === 6) return ((ip[0] as number) & 0xe0) === 0x20;
  const host = new DataView(ip.buffer, ip.byteOffset).getUint32(12);
  return OWN_NETWORKS.every(([network, bits]) => host >>> (32 - bits) !== network >>> (32 - bits));
};

/** Whether somebody can be dialled there. */
export const isReachable = ({ ipVersion, ip, port }: Address): boolean =>
  port > 0 && ip.some((byte) => byte !== 0) && !(ipVersion === 6 && ip[0] === NOWHERE && ip[1] === 0);
