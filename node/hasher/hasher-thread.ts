import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { sha256Engine } from '#core/crypto/sha256-engine.ts';
import { Chains } from './chains.ts';
import type { FromHasher, HasherData, ToHasher } from './messages.ts';

/*
 * The thread that hashes. It never returns to its event loop: between two shares it takes what was posted, which costs 60 ns where
 * there is nothing (a turn of the event loop: 1.2 µs). It ends when it is told to: a thread that is terminated in the middle of its
 * work can take the process along.
 */

const port = parentPort as MessagePort;
const count = new BigUint64Array((workerData as HasherData).count);
const chains = new Chains(sha256Engine());
let alarmNumber = 0;
let isWanted = true;

const tell = (message: FromHasher): void => port.postMessage(message);

const take = (message: ToHasher): void => {
  switch (message.type) {
    case 'work':
      chains.work(message.job);
      break;
    case 'cancel':
      chains.cancel(message.job);
      break;
    case 'alarm':
      chains.alarmAt = message.at;
      alarmNumber = message.number;
      break;
    case 'stop':
      isWanted = false;
      break;
  }
};

while (isWanted) {
  for (let post = receiveMessageOnPort(port); post !== undefined; post = receiveMessageOnPort(port)) take(post.message);
  const finished = chains.share();
  // Whoever hears of it reads a count that includes it.
  Atomics.store(count, 0, BigInt(chains.count));
  if (finished !== undefined) tell({ type: 'done', ...finished });
  if (chains.takeAlarm()) tell({ type: 'alarm', number: alarmNumber });
}
