import { expect, test } from 'vitest';
import { addressOf, isPublic, isReachable, multiaddrOf, placeholder } from './peer-address.ts';

test.each([
  ['/ip4/203.0.113.5/tcp/8444', 4, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 203, 0, 113, 5], 8_444],
  ['/ip6/2001:db8::1/tcp/65535', 6, [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 65_535],
] as const)('%s is an address, and back', (text, ipVersion, ip, port) => {
  const address = addressOf(text);
  expect(address).toEqual({ ipVersion, ip: Uint8Array.from(ip), port });
  expect(address && multiaddrOf(address)).toBe(text);
  expect(addressOf(`${text}/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N`)).toEqual(address);
});

test('a name is none, and has one that reaches nobody in its place', () => {
  expect(addressOf('/dns4/example.org/tcp/8444')).toBeUndefined();
  expect(placeholder(1)).not.toEqual(placeholder(2));
  expect([placeholder(0), placeholder(999)].map(isReachable)).toEqual([false, false]);
});

test.each([
  ['/ip4/127.0.0.1/tcp/1', true],
  ['/ip4/127.0.0.1/tcp/0', false],
  ['/ip4/0.0.0.0/tcp/1', false],
  ['/ip6/::/tcp/1', false],
  ['/ip6/::1/tcp/1', true],
  ['/ip6/100::7/tcp/1', false],
  ['/ip6/101::7/tcp/1', true],
])('%s can be dialled: %s', (text, is) => {
  const address = addressOf(text);
  expect(address && isReachable(address)).toBe(is);
});

test.each([
  ['/ip4/9.255.255.255/tcp/1', true],
  ['/ip4/10.0.0.0/tcp/1', false],
  ['/ip4/10.255.255.255/tcp/1', false],
  ['/ip4/11.0.0.0/tcp/1', true],
  ['/ip4/100.63.255.255/tcp/1', true],
  ['/ip4/100.64.0.0/tcp/1', false],
  ['/ip4/100.128.0.0/tcp/1', true],
  ['/ip4/127.0.0.1/tcp/1', false],
  ['/ip4/169.254.0.1/tcp/1', false],
  ['/ip4/172.15.255.255/tcp/1', true],
  ['/ip4/172.16.0.0/tcp/1', false],
  ['/ip4/172.31.255.255/tcp/1', false],
  ['/ip4/172.32.0.0/tcp/1', true],
  ['/ip4/192.168.1.1/tcp/1', false],
  ['/ip4/198.18.0.1/tcp/1', false],
  ['/ip4/198.20.0.1/tcp/1', true],
  ['/ip4/223.255.255.255/tcp/1', true],
  ['/ip4/224.0.0.1/tcp/1', false],
  ['/ip4/255.255.255.255/tcp/1', false],
  ['/ip6/::1/tcp/1', false],
  ['/ip6/fd00::1/tcp/1', false],
  ['/ip6/fe80::1/tcp/1', false],
  ['/ip6/::ffff:10.0.0.1/tcp/1', false],
  ['/ip6/2001:db8::1/tcp/1', true],
])('%s means the same to everybody: %s', (text, is) => {
  const address = addressOf(text);
  expect(address && isPublic(address)).toBe(is);
});
