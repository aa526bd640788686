import { mixText } from '#sim/kernel/mix.ts';
import { NETWORK, type NetworkOptions } from './path.ts';
import type { Adapter, Clock, HostSpec, Input, Machine, Out } from './types.ts';
import { World, type WorldOptions } from './world.ts';

/** For tests: machines that do what a function says, and note everything they are told. */
export interface Probe {
  readonly message: Letter;
  readonly job: string;
  readonly result: string;
  readonly record: string;
  readonly disk: readonly string[];
  readonly submission: string;
  readonly event: string;
}

export interface Letter {
  readonly text: string;
  readonly size: number;
}

export const letter = (text: string, size = 100): Letter => ({ text, size });

/** What a host does with an input; returns what that costs, 0 by default. */
export type Script = (host: number, input: Input<Probe>, out: Out<Probe>, clock: Clock) => number | undefined;

export interface Told {
  readonly at: number;
  readonly host: number;
  readonly input: Input<Probe>;
}

/** A world of scripted hosts a, b, c, … and what they were told. */
export const probe = (
  count: number,
  script: Script,
  options: Partial<Omit<WorldOptions<Probe>, 'network'>> & {
    readonly network?: Partial<NetworkOptions>;
    readonly host?: Partial<HostSpec>;
  } = {},
): { world: World<Probe>; told: Told[] } => {
  const told: Told[] = [];
  const create = (host: number, _incarnation: number, clock: Clock, out: Out<Probe>): Machine<Probe> => {
    let cost = 0;
    const tell = (input: Input<Probe>): void => {
      told.push({ at: clock.now, host, input });
      cost = script(host, input, out, clock) ?? 0;
    };
    return {
      start: (disk, seed) => tell({ type: 'start', disk, seed }),
      message: (peer, message) => {
        tell({ type: 'message', peer, message });
        return message.text !== 'again';
      },
      peerUp: (peer, other, dialled) => tell({ type: 'peer-up', peer, host: other, dialled }),
      peerDown: (peer) => tell({ type: 'peer-down', peer }),
      dialFailed: (other) => tell({ type: 'dial-failed', host: other }),
      timer: () => tell({ type: 'timer' }),
      alarm: () => tell({ type: 'alarm' }),
      done: (job, result) => tell({ type: 'done', job, result }),
      submit: (submission) => tell({ type: 'submit', submission }),
      cost: () => cost,
    };
  };
  const adapter: Adapter<Probe> = {
    create,
    sizeOf: (message) => message.size,
    kinds: ['short', 'long'],
    kindOf: (message) => (message.size > 1000 ? 1 : 0),
    describe: (message) => message.text,
    identify: (message) => mixText(message.text),
    identifyEvent: mixText,
    identifyRecord: mixText,
    identifyJob: mixText,
    format: () => [],
    write: (disk, record) => [...disk, record],
    isAside: (job) => job.startsWith('aside'),
    compute: (job) => `${job}!`,
    identity: (host) => `id-${host}`,
  };
  const hosts = Array.from(
    { length: count },
    (_, i): HostSpec => ({
      name: String.fromCharCode(97 + i),
      region: 'europe',
      rate: { iterations: 3, micros: 1000 },
      cpu: 1000,
      uplink: 8_000_000,
      sync: 0,
      inbox: 100,
      ...options.host,
    }),
  );
  const network = { ...NETWORK, jitter: 1, loss: 0, ...options.network };
  return { world: new World<Probe>({ seed: '1', hosts, adapter, ...options, network }), told };
};
