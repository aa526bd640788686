import { fork } from 'node:child_process';
import type { ProtocolSetting } from './setting.ts';
import type { ProtocolWorker } from './start-protocol.ts';

/** What a live host does. */
export const STRUCK_EFFECTS = ['persist', 'send', 'notice', 'work', 'cancel', 'timer', 'alarm'] as const;
/** And besides while it takes a snapshot: `stage` is a write of the staging. */
export type StruckEffect = (typeof STRUCK_EFFECTS)[number] | 'stage' | 'adopt';

/** Where a process ends: right before or right after its n-th effect of a kind. */
export interface Strike {
  readonly kind: StruckEffect;
  readonly side: 'before' | 'after';
  readonly nth: number;
}

/** The first message to a process. */
export interface Start {
  readonly setting: ProtocolSetting;
  readonly strike: Strike | undefined;
}

const SCRIPT = new URL('./struck.suite.ts', import.meta.url);

/** A protocol in a process of its own, which ends where it is struck. Without a strike it runs until it is told to stop. */
export const struckBy =
  (strike?: Strike) =>
  (setting: ProtocolSetting): ProtocolWorker => {
    const child = fork(SCRIPT, { serialization: 'advanced', execArgv: [] });
    // A process that is dead takes nothing any more.
    const send = (message: object): void => void child.send(message, () => {});
    send({ setting, strike } satisfies Start);
    return {
      postMessage: send,
      // All that it said before it ended comes first.
      on: (event: string, listener: (value: never) => void) =>
        child.on(event === 'exit' ? 'disconnect' : event, listener as () => void),
      terminate: async () => {
        const ends: Promise<unknown>[] = [];
        if (child.connected) ends.push(new Promise((resolve) => child.once('disconnect', resolve)));
        // Until then the store is held by it.
        if (child.exitCode === null && child.signalCode === null) {
          ends.push(new Promise((resolve) => child.once('exit', resolve)));
        }
        child.kill('SIGKILL');
        await Promise.all(ends);
      },
    };
  };
