import { isIPv4 } from 'node:net';
import { groupOf } from '#core/peers/address.ts';
import type { Ready, Status } from '#node/api/schemas.ts';
import { addressOf } from '#node/shell/peer-address.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Of the running node's settings, what its links are judged by. */
export interface Wanted {
  readonly listen: readonly string[];
  readonly maxOutbound: number;
  readonly diversity: boolean;
}

/**
 * Whether the machine keeps up, by its own count alone: T of a window takes D iterations. Where the network closes a window in less time
 * than this machine needs for T, others bring T first, and its bundles come late.
 */
export const paceFindings = (status: Status): readonly Finding[] => {
  const { hashRate, difficulty, standing, counters, windowSeconds: seconds } = status;
  const own = hashRate === 0 ? undefined : difficulty / hashRate;
  const found: Finding[] = [];
  const at = `window ${standing.window} open in round ${standing.round}`;
  if (seconds === null) {
    found.push(
      status.uptimeSeconds > STILL && counters.finalWindows < FEW
        ? fail(
            'windows',
            `${at}; ${counters.finalWindows} became final in ${status.uptimeSeconds} s`,
            'look at the peers below and at the log: the node hears no quorum',
          )
        : ok('windows', `${at}; too few became final at the head to tell the pace`),
    );
  } else found.push(ok('windows', `${at}; one became final every ${seconds.toFixed(1)} s of late`));
  if (own === undefined) {
    found.push(
      warn(
        'hashing',
        `no iteration in the last moment; D is ${difficulty}`,
        'ask again; if it stays so, look at the log',
      ),
    );
    return found;
  }
  const rate = `${hashRate} iterations a second, D is ${difficulty}: T takes ${own.toFixed(1)} s here`;
  const isSlow = seconds !== null && own > seconds * SLOWER;
  found.push(
    isSlow
      ? warn(
          'hashing',
          `${rate}, windows last ${seconds.toFixed(1)} s`,
          'give the node a faster core, or one that nothing else uses',
        )
      : ok('hashing', rate),
  );
  return found;
};

/** How far the node is, against what others say of themselves. */
export const headFinding = ({ ready, finalWindow, heard, reason }: Ready): Finding => {
  const about = 'head';
  const own =
    finalWindow === null || finalWindow < 0 ? 'no window is final here' : `window ${finalWindow} is final here`;
  if (heard === null) return warn(about, `${own}; nobody said how far others are`, 'look at the peers below');
  const what = `${own}, ${heard < 0 ? 'none' : heard} at others`;
  if (ready) return ok(about, what);
  return warn(
    about,
    `${what}: ${reason ?? 'not ready'}`,
    'ask again: the distance must shrink; if it does not, look at the log',
  );
};

/** Seconds in which a network that works makes a few windows final. */
const STILL = 600;
const FEW = 3;

/** A machine so much slower than windows last comes late by itself. */
const SLOWER = 1.1;

/** An address in a word: IPv4 /16 as people write it. */
const groupText = (group: string): string =>
  group.startsWith('04')
    ? `${Number.parseInt(group.slice(2, 4), 16)}.${Number.parseInt(group.slice(4), 16)}/16`
    : `${group.slice(2, 6)}:${group.slice(6, 10)}:${group.slice(10)}/48`;

/** Whom the node is connected to, by network. What the networks' owners and countries are nobody here knows: there is no map of them. */
export const peerFindings = ({ peers, known }: Status, wanted: Wanted): readonly Finding[] => {
  const groups = new Map<string, number>();
  for (const { address } of peers) {
    const place = addressOf(address);
    const group = place === undefined ? 'by name' : groupText(groupOf(place));
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  const outgoing = peers.filter(({ isOutgoing }) => isOutgoing).length;
  const many = [...groups].sort(([, a], [, b]) => b - a);
  const where = many
    .slice(0, SHOWN)
    .map(([group, count]) => `${group} (${count})`)
    .join(', ');
  const more = many.length > SHOWN ? `, ${many.length - SHOWN} more` : '';
  const what = `${peers.length} (${outgoing} dialled), ${known} known; by network: ${where}${more}; ASN and country unknown`;
  if (peers.length === 0)
    return [fail('peers', `none, ${known} known`, 'name some in montana.yaml, and see that TCP goes out')];
  if (wanted.diversity && peers.length >= CROWD && (many[0]?.[1] ?? 0) * 2 > peers.length) {
    return [warn('peers', `${what}: more than half in one network`, 'name peers of other networks in montana.yaml')];
  }
  if (peers.length < Math.min(FEW_PEERS, wanted.maxOutbound, known)) {
    return [warn('peers', what, 'see that TCP goes out, or name more peers in montana.yaml')];
  }
  return [ok('peers', what)];
};

const SHOWN = 8;
const CROWD = 8;
const FEW_PEERS = 4;

/** Whether others come in. */
export const reachFinding = ({ peers, addresses, uptimeSeconds }: Status, { listen }: Wanted): Finding => {
  const about = 'reachability';
  const incoming = peers.filter(({ isOutgoing }) => !isOutgoing).length;
  if (listen.length === 0) return ok(about, 'the node listens nowhere, as montana.yaml says');
  if (incoming > 0) return ok(about, `${incoming} connected from outside, to ${addresses.join(', ')}`);
  const what = `nobody is connected from outside; the node says it is at ${addresses.join(', ') || 'no address'}`;
  if (uptimeSeconds < STILL) return ok(about, `${what}; it runs for ${uptimeSeconds} s only`);
  const isPrivate = addresses.every((address) => isLocal(address));
  return warn(
    about,
    what,
    `forward the TCP port to this machine${isPrivate ? ' and name the outer address in announce' : ''}, and open it in the firewall`,
  );
};

/** Addresses that only this machine or its own network can reach (RFC 1918, loopback, link-local). */
const isLocal = (address: string): boolean => {
  const host = address.split('/')[2] ?? '';
  return isIPv4(host)
    ? /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host)
    : /^(::1$|fe80|f[cd])/.test(host);
};
