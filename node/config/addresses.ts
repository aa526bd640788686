import { isIPv4, isIPv6 } from 'node:net';
import { parseBase58 } from '#core/crypto/base58.ts';

/** A multiaddr of TCP: where a node listens or is dialled. */
export interface Address {
  readonly host: string;
  /** The host is a number, not a name. */
  readonly isIp: boolean;
  readonly port: number;
  /** `Qm…` of the far end, where the address pins it. */
  readonly peerId: string | undefined;
}

const FORM = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/\s]+)\/tcp\/(\d{1,5})(?:\/p2p\/([^/\s]+))?$/;

const HOST_NAME =
  /^(?=.{1,253}$)[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/;

/** Whether `text` is a peer id of an ML-DSA key: Base58 of a sha2-256 multihash (06 §3.1). */
const isPeerId = (text: string): boolean => {
  const bytes = parseBase58(text, 34);
  return bytes !== undefined && bytes[0] === 0x12 && bytes[1] === 0x20;
};

/** Reads `/ip4/…/tcp/…`, `/ip6/…` or `/dns4/…`, with `/p2p/Qm…` or without; undefined: it is none. */
export const parseAddress = (text: string): Address | undefined => {
  const [, kind, host, digits, peerId] = FORM.exec(text) ?? [];
  if (kind === undefined || host === undefined || digits === undefined) return undefined;
  const isHost = kind === 'ip4' ? isIPv4(host) : kind === 'ip6' ? isIPv6(host) : HOST_NAME.test(host);
  const port = Number(digits);
  if (!isHost || port > 65_535 || (peerId !== undefined && !isPeerId(peerId))) return undefined;
  return { host, isIp: kind.startsWith('ip'), port, peerId };
};

/** A port of this machine that only this machine reaches. */
export interface LoopbackAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

const HOST_AND_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-f:]+)\]):(\d{1,5})$/;

/** Reads `127.0.0.1:8445` or `[::1]:8445`; undefined: it is none, or of no loopback interface. */
export const parseLoopback = (text: string): LoopbackAddress | undefined => {
  const [, v4, v6, digits] = HOST_AND_PORT.exec(text) ?? [];
  const host = v4 ?? v6 ?? '';
  const port = Number(digits);
  const isLoopback = (isIPv4(host) && host.startsWith('127.')) || host === '::1';
  return isLoopback && port <= 65_535 ? { host, port } : undefined;
};
