import { encodeAddress } from '#core/crypto/ids.ts';
import { askStatus } from '#node/api/client.ts';
import type { Status } from '#node/api/schemas.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { inShell } from '#node/config/in-shell.ts';
import { Refused } from '#node/config/refused.ts';
import { catchUpText } from '#node/shell/catch-up.ts';

export interface NodeStatusOptions {
  readonly dir: string;
  readonly json?: boolean;
}

/** `montana node status`: exit code 0; 1: no node runs there. */
export const nodeStatus = async ({ dir, json = false }: NodeStatusOptions): Promise<number> => {
  const asked = await askStatus(nodeFolder(dir).socket);
  if (asked.type === 'nobody')
    throw new Refused(`no node runs in ${dir}; start it with "montana node start --dir ${inShell(dir)}"`);
  if (asked.type === 'busy') throw new Refused(`the node in ${dir} is starting or stopping; ask again in a moment`);
  process.stdout.write(json ? `${JSON.stringify(asked.status)}\n` : statusText(asked.status));
  return 0;
};

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');

/** Two largest units. */
export const spanText = (seconds: number): string => {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return '0 s';
  const [size, name] = units[first]!;
  const [smaller, smallerName] = units[first + 1] ?? [1, ''];
  const rest = Math.floor((seconds % size) / smaller);
  return `${Math.floor(seconds / size)} ${name}${rest > 0 && smallerName !== '' ? ` ${rest} ${smallerName}` : ''}`;
};

/** What was refused, ended or punished, and why: a row each where there is any. */
const reasonRows = (reasons: Status['reasons']): readonly (readonly [string, string])[] =>
  Object.entries(reasons).flatMap(([name, counts]) => {
    const words = Object.entries(counts).map(([reason, count]) => `${reason} ${grouped(count)}`);
    return words.length === 0 ? [] : [[`  ${name}`, words.join(', ')]];
  });

const catchUpRows = (catchUp: Status['catchUp']): readonly (readonly [string, string])[] => {
  if (catchUp === null) return [];
  const { advice } = catchUp;
  return [['catch-up', catchUpText(catchUp)], ...(advice === null ? [] : [['  advice', advice] as const])];
};

/** A status for a person. */
const statusText = (status: Status): string => {
  const { standing, counters, reasons, peers, hashRate, difficulty } = status;
  const final = standing.finalWindow < 0 ? 'none final' : `${grouped(standing.finalWindow)} final`;
  const alone = hashRate === 0 ? '' : `; T of a window takes ${(difficulty / hashRate).toFixed(1)} s here`;
  const rows: readonly (readonly [string, string])[] = [
    ['node', `${status.peerId}, version ${status.version}, pid ${status.pid}, up ${spanText(status.uptimeSeconds)}`],
    ['node id', status.nodeId],
    ['operator', encodeAddress(status.accountId)],
    ['network', status.genesisHash],
    ['reached at', status.addresses.join(', ') || 'nowhere'],
    ['window', `${grouped(standing.window)} open, round ${standing.round}; ${final}`],
    ...catchUpRows(status.catchUp),
    ['final', standing.finalWindow < 0 ? standing.finalHash : `${standing.finalWindow}:${standing.finalHash}`],
    ['state root', standing.stateRoot],
    ['hashing', `${grouped(hashRate)} a second; D is ${grouped(difficulty)}${alone}`],
    ['since start', `${grouped(counters.finalWindows)} windows, ${grouped(counters.operationsFinal)} operations final`],
    [
      'in',
      `${grouped(counters.messagesIn)} messages, ${grouped(counters.bytesIn)} bytes; ${grouped(counters.penalties)} penalties`,
    ],
    ['out', `${grouped(counters.messagesOut)} messages, ${grouped(counters.bytesOut)} bytes`],
    [
      'links',
      `${grouped(counters.linksOpened)} opened, ${grouped(counters.linksClosed)} closed; ${grouped(counters.dialsFailed)} dials failed, ${grouped(counters.refused)} refused`,
    ],
    ...reasonRows(reasons),
    ['peers', `${peers.length}, of ${grouped(status.known)} known; ${grouped(status.banned)} banned`],
    ...peers.map(({ peerId, address, level, isOutgoing, seconds }): readonly [string, string] => [
      isOutgoing ? '  to' : '  from',
      `${level.padEnd(9)} ${peerId}  ${address.replace(/\/p2p\/.*$/, '')}  ${spanText(seconds)}`,
    ]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('');
};
