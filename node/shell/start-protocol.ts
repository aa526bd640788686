import { Worker } from 'node:worker_threads';
import { Backlog } from './backlog.ts';
import type { FromProtocol, ToProtocol } from './messages.ts';
import { oneLine } from './one-line.ts';
import type { Protocol, ProtocolEvents, Standing } from './protocol.ts';
import type { ProtocolSetting } from './setting.ts';

/** A promise and what settles it. */
interface Answer {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export interface ProtocolThread extends Protocol {
  /** Ends the thread where it stands, as a crash of the process would. */
  kill(): Promise<void>;
}

/** What the protocol runs on. */
export interface ProtocolWorker {
  postMessage(message: ToProtocol, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: FromProtocol) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

const startThread = (setting: ProtocolSetting): ProtocolWorker =>
  new Worker(new URL('./protocol-thread.ts', import.meta.url), { workerData: setting, name: 'protocol' });

/**
 * Starts the protocol's thread, which starts its hasher. Wait for `standing` before anybody is let in: until then the head is 0. An
 * envelope that `send` gets may go to other links too.
 */
export const startProtocol = (
  setting: ProtocolSetting,
  events: ProtocolEvents,
  start: (setting: ProtocolSetting) => ProtocolWorker = startThread,
): ProtocolThread => {
  const worker = start(setting);
  const answers = new Map<number, Answer>();
  const waiting: Answer[] = [];
  const backlog = new Backlog(events);
  let requests = 0;
  let standing: Standing | undefined;
  let stopped: string | undefined;
  let isWanted = false;

  const post = (message: ToProtocol, transfer: readonly ArrayBuffer[] = []): void => {
    if (stopped === undefined) worker.postMessage(message, transfer);
  };

  const over = (reason: string): void => {
    if (stopped !== undefined) return;
    stopped = reason;
    for (const { reject } of [...answers.values(), ...waiting]) reject(new Error(reason));
    answers.clear();
    if (!isWanted) events.stopped(reason);
  };

  const ask = <T>(make: (request: number) => ToProtocol): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (stopped !== undefined) return reject(new Error(stopped));
      const request = requests++;
      answers.set(request, { resolve, reject });
      post(make(request));
    });

  const answer = (request: number, value: unknown): void => {
    answers.get(request)?.resolve(value as never);
    answers.delete(request);
  };

  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      over(`the protocol's thread ended with ${code}`);
      resolve();
    });
  });
  worker.on('error', (error) => over(oneLine(error)));
  worker.on('message', (message: FromProtocol) => {
    if (stopped !== undefined) return;
    switch (message.type) {
      case 'letters':
        for (const { links, envelope, onStem } of message.letters) {
          for (const link of links) events.send(link, envelope, onStem);
        }
        for (const { link, isProposal } of message.useful) events.useful(link, isProposal);
        break;
      case 'taken':
        backlog.taken(message.link, message.cost);
        break;
      case 'crowded':
        events.crowded(message.link);
        break;
      case 'warning':
        events.warning(message.reason);
        break;
      case 'standing':
        standing = message.standing;
        for (const { resolve } of waiting.splice(0)) resolve(standing as never);
        break;
      case 'final':
        events.final(message.standing, message.operations);
        break;
      case 'adopted':
        events.adopted(message.standing);
        break;
      case 'catch-up':
        events.catchUp(message.progress);
        break;
      case 'advice':
        events.advice(message.text);
        break;
      case 'penalty':
        events.penalty(message.link, message.reason);
        break;
      case 'submitted':
        events.submitted(message.operation, message.verdict);
        break;
      case 'confirmed':
        events.confirmed(message.operation, message.window);
        break;
      case 'proof':
        events.proof(message.made);
        break;
      case 'judged': {
        const { request, result } = message;
        if (!result.ok) answer(request, result);
        else {
          const { grant, ...admitted } = result.value;
          answer(request, { ok: true, value: { ...admitted, leave: () => post({ type: 'leave', grant }) } });
        }
        break;
      }
      case 'classified':
        answer(message.request, message.known);
        break;
      case 'paced':
        answer(message.request, message.pace);
        break;
      case 'answered':
        answer(message.request, message.answered);
        break;
      case 'stopped':
        over(message.reason);
        break;
    }
  });

  return {
    head: () => BigInt(standing?.window ?? 0),
    judge: (advertisement, key, group) => ask((request) => ({ type: 'judge', request, advertisement, key, group })),
    pace: () => ask((request) => ({ type: 'pace', request })),
    query: (query) => ask((request) => ({ type: 'query', request, query })),
    admitObservers: (isOn) => post({ type: 'admit-observers', isOn }),
    classify: (key) => ask((request) => ({ type: 'classify', request, key })),
    peerUp: (link, isOutgoing, far) =>
      post({ type: 'peer-up', link, isOutgoing, ...(far === undefined ? {} : { far }) }),
    clientUp: (link, key) => post({ type: 'client-up', link, key }),
    peerDown(link) {
      backlog.gone(link);
      post({ type: 'peer-down', link });
    },
    message(link, envelope, onStem) {
      // A view would take all of its buffer along.
      const copy = new Uint8Array(envelope);
      backlog.handed(link, copy.length);
      post({ type: 'message', link, envelope: copy, onStem }, [copy.buffer]);
    },
    room: (link) => post({ type: 'room', link }),
    submit: (operation, notBefore = 0) => post({ type: 'submit', operation: new Uint8Array(operation), notBefore }),
    standing: () =>
      new Promise((resolve, reject) => {
        if (stopped !== undefined) reject(new Error(stopped));
        else if (standing !== undefined) resolve(standing);
        else waiting.push({ resolve, reject });
      }),
    async stop() {
      isWanted = true;
      post({ type: 'stop' });
      await exited;
    },
    async kill() {
      isWanted = true;
      await worker.terminate();
    },
  };
};
