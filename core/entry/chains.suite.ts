import { fromHex, type Id, toHex } from '../bytes/bytes.ts';
import type { Registration } from '../consensus/objects.ts';
import { sha256 } from '../crypto/hash.ts';
import { nodeId } from '../crypto/ids.ts';
import { cheapKey, idOf, ownId } from '../operations/accounts.suite.ts';
import { candidateChainAt, type History } from './candidate-chain.ts';
import { type Challenge, challengeOf } from './challenge.ts';
import { chainClaim } from './entry-proof.ts';
import { makeRegistration } from './registration.ts';

/** The chain of the candidates of these tests begins here. */
export const START = 10;

/** Window in which registrations of these tests are cemented. */
export const CEMENTED = 100;

export const candidateNode = cheapKey(1);
const operator = cheapKey(2);
export const candidateId = nodeId(candidateNode.publicKey);

/** D of a window: differs from one to the next. */
export const dOf = (window: number): number => 3 + (window % 4);

/** Windows 0 … 200. */
export const past: History = (window) =>
  window < 0 || window > 200
    ? undefined
    : { timechainValue: idOf(window), aggregate: idOf(500 + window), d: dOf(window) };

/** SHA-256 again and again, by the library. */
export const slowChain = (value: Id, times: number): Id => {
  let bytes = fromHex(value);
  for (let i = 0; i < times; i++) bytes = sha256(bytes);
  return toHex(bytes);
};

/** An honest chain of that many segments. */
export const checkpointsOf = (length: number, history: History = past): readonly Id[] =>
  candidateChainAt(history, START, candidateId, length, slowChain) as readonly Id[];

/** A registration of these checkpoints under `sampled`. */
export const sampledRegistration = (checkpoints: readonly Id[], wStart = START): Registration =>
  makeRegistration(
    { suiteId: 1, operatorAccountId: ownId(operator), ...chainClaim('sampled', wStart, checkpoints) },
    candidateNode,
    operator,
  );

/** What it must open in `window`. */
export const challenged = (registration: Registration, window = CEMENTED, history: History = past): Challenge => {
  const challenge = challengeOf(registration, window, history);
  if (!challenge.ok) throw new Error(challenge.error);
  return challenge.value;
};
