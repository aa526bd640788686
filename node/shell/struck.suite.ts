import { buildGenesis } from '#core/genesis/genesis.ts';
import { startHasher } from '#node/hasher/start-hasher.ts';
import { openStore } from '#node/store/lmdb-store.ts';
import { LmdbStaging } from '#node/store/staging.ts';
import { LiveHost } from './live-host.ts';
import type { FromProtocol, ToProtocol } from './messages.ts';
import type { Start, StruckEffect } from './strikes.suite.ts';
import { liveSuite } from './suite.ts';
import { Timer } from './timer.ts';

/* A node's protocol as a process of its own. It is killed, as by kill -9, right before or right after one of its effects. */

let strike: Start['strike'];
let left = 0;

/** An effect, unless the process ends before it; or the last thing it does. */
const struck = (kind: StruckEffect, effect: () => void): void => {
  const isNow = strike?.kind === kind && --left === 0;
  if (isNow && strike?.side === 'before') process.kill(process.pid, 'SIGKILL');
  effect();
  if (isNow) process.kill(process.pid, 'SIGKILL');
};

/** From now on the calls of a method are effects. */
const watch = <M extends string>(
  target: { [K in M]: (...args: never[]) => void },
  method: M,
  kind: StruckEffect,
): void => {
  const call = target[method];
  target[method] = function (this: unknown, ...args: never[]) {
    struck(kind, () => call.apply(this, args));
  };
};

const ANSWERS: readonly FromProtocol['type'][] = ['judged', 'classified', 'paced', 'stopped'];

const post = (message: FromProtocol): void => {
  const say = (): void => {
    process.send?.(message);
  };
  if (message.type === 'letters') struck('send', say);
  else if (ANSWERS.includes(message.type)) say();
  else struck('notice', say);
  if (message.type === 'stopped') process.disconnect();
};

process.once('message', (start: Start) => {
  const { setting } = start;
  strike = start.strike;
  left = start.strike?.nth ?? 0;
  const genesis = buildGenesis(setting.genesis);
  const store = openStore(setting.folder, genesis);
  watch(store, 'write', 'persist');
  watch(store, 'adopt', 'adopt');
  for (const method of ['begin', 'write'] as const) watch(LmdbStaging.prototype, method, 'stage');
  watch(Timer.prototype, 'set', 'timer');
  const host = new LiveHost({
    setting,
    genesis,
    suite: liveSuite(),
    store,
    startHasher: (events) => {
      const hasher = startHasher(events);
      for (const effect of ['work', 'cancel', 'alarm'] as const) watch(hasher, effect, effect);
      return hasher;
    },
    post,
  });
  process.on('message', (message: ToProtocol) => host.take(message));
});
