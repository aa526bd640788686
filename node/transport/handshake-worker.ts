import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { toHex } from '#core/bytes/bytes.ts';
import { fail, ok, type Result } from '#core/bytes/result.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { KEM_SEED_SIZE } from '#core/crypto/ml-kem.ts';
import { ENCAPSULATION_SEED_SIZE, Initiator } from '#core/tunnel/initiator.ts';
import { encodeAdvertisement, proveOnline } from '#core/tunnel/online-proof.ts';
import { searchWork } from '#core/tunnel/proof-of-work.ts';
import { Responder } from '#core/tunnel/responder.ts';
import { wipe } from '#core/tunnel/wipe.ts';
import { liveSuite } from '#node/shell/suite.ts';
import type { Answers, Ask, HandshakeSetting, Job, Ready, Reply } from './handshake-jobs.ts';

// The thread that pays for handshakes and tunnel proofs: some 10 ms each, most of it one signature.

const { seed, portable = false } = workerData as HandshakeSetting;
const { verify } = liveSuite({ portable });
const key = mlDsa65.key(seed);
const machines = new Map<number, Initiator | Responder>();

/** The system's random bytes, in memory of their own: a machine wipes them. */
const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));

const NONCE_SIZE = 32;
/** Trials of a proof of work between two looks at the other jobs. */
const TRIALS = 4_096;

const prove = async ({ listener, window, difficulty, limit }: Job & { kind: 'prove' }): Promise<Result<Uint8Array>> => {
  const until = performance.now() + limit;
  const proof = proveOnline(key, listener, window, toHex(random(NONCE_SIZE)));
  if (difficulty === undefined) return ok(encodeAdvertisement(proof));
  for (let from = 0n; ; from += BigInt(TRIALS)) {
    const work = searchWork(proof.proof, difficulty, from, TRIALS);
    if (work !== undefined) return ok(encodeAdvertisement(proof, work.nonce));
    await breathe();
    if (performance.now() > until) return fail('WorkTimeout');
  }
};

const receive = (machine: number, message: Uint8Array): Result<Answers['receive' | 'receive-last']> => {
  const handshake = machines.get(machine);
  machines.delete(machine);
  if (handshake instanceof Initiator) return handshake.receive(message, random(ENCAPSULATION_SEED_SIZE));
  return handshake === undefined ? fail('OutOfTurn') : handshake.receiveLast(message);
};

const answer = async (job: Job): Promise<Result<Answers[Job['kind']]>> => {
  switch (job.kind) {
    case 'begin': {
      const { machine, form, expectedPeer } = job;
      const initiator = new Initiator({ form, key, verify, expectedPeer });
      machines.set(machine, initiator);
      return initiator.start(random(KEM_SEED_SIZE));
    }
    case 'receive-first': {
      const responder = new Responder({ form: job.form, key, verify });
      machines.set(job.machine, responder);
      const ephemeralSeed = random(KEM_SEED_SIZE);
      return responder.receiveFirst(job.message, {
        ephemeralSeed,
        encapsulationSeed: random(ENCAPSULATION_SEED_SIZE),
      });
    }
    case 'receive':
    case 'receive-last':
      return receive(job.machine, job.message);
    case 'abandon':
      machines.get(job.machine)?.abandon();
      machines.delete(job.machine);
      return ok(undefined);
    case 'prove':
      return prove(job);
  }
};

/** Whatever a far end sends, it ends its own handshake and not this thread. */
const safely = async (job: Job): Promise<Result<Answers[Job['kind']]>> => {
  try {
    return await answer(job);
  } catch {
    return fail('HandshakeFault');
  }
};

const keysIn = (value: Answers[Job['kind']]): readonly Uint8Array[] => {
  if (value === undefined || value instanceof Uint8Array) return [];
  const { sendKey, receiveKey } = 'session' in value ? value.session : value;
  return [sendKey, receiveKey];
};

const port = parentPort;
if (port === null) throw new Error('the handshake worker is a worker');
port.on('message', async ({ number, job }: Ask) => {
  const reply: Reply = { number, result: await safely(job) };
  port.postMessage(reply);
  // The other thread has its own copy now.
  if (reply.result.ok) wipe(...keysIn(reply.result.value));
});
const ready: Ready = { publicKey: key.publicKey };
port.postMessage(ready);
