import { Worker } from 'node:worker_threads';
import type { Hasher, HasherEvents } from './hasher.ts';
import type { FromHasher, HasherData, ToHasher } from './messages.ts';

/** Starts the thread that hashes; it is busy from now on until it is stopped, by design (09 §12.2). */
export const startHasher = (events: HasherEvents): Hasher => {
  const data: HasherData = { count: new SharedArrayBuffer(BigUint64Array.BYTES_PER_ELEMENT) };
  const count = new BigUint64Array(data.count);
  const worker = new Worker(new URL('./hasher-thread.ts', import.meta.url), { workerData: data, name: 'hasher' });
  let alarmNumber = 0;
  let isOver = false;

  const post = (message: ToHasher): void => worker.postMessage(message);
  const fail = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    events.failed(error);
  };

  worker.on('message', (message: FromHasher) => {
    if (isOver) return;
    if (message.type === 'done') events.done(message.job, message.result);
    else if (message.number === alarmNumber) events.alarm();
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      fail(new Error(`the hashing thread ended with ${code}`));
      resolve();
    });
  });

  return {
    count: () => Number(Atomics.load(count, 0)),
    work: (job) => post({ type: 'work', job }),
    cancel: (job) => post({ type: 'cancel', job }),
    alarm(at) {
      alarmNumber++;
      post({ type: 'alarm', at, number: alarmNumber });
    },
    async stop() {
      isOver = true;
      post({ type: 'stop' });
      await exited;
    },
  };
};
