import type { Handlers } from './handler.ts';
import { anchorProof } from './topics/anchor-proof.ts';
import { consensus } from './topics/consensus.ts';
import { entry } from './topics/entry.ts';
import { genesis } from './topics/genesis.ts';
import { hash } from './topics/hash.ts';
import { history } from './topics/history.ts';
import { ids } from './topics/ids.ts';
import { lottery } from './topics/lottery.ts';
import { mnemonic } from './topics/mnemonic.ts';
import { noisePq } from './topics/noise-pq.ts';
import { operations } from './topics/operations.ts';
import { pqPrimitives } from './topics/pq-primitives.ts';
import { records } from './topics/records.ts';
import { snapshot } from './topics/snapshot.ts';
import { state } from './topics/state.ts';
import { timechain } from './topics/timechain.ts';
import { tunnel } from './topics/tunnel.ts';
import { wire } from './topics/wire.ts';

/** Every function that is implemented here. A `fn` that is not in this table is skipped by name. */
export const handlers: Handlers = {
  ...anchorProof,
  ...consensus,
  ...entry,
  ...genesis,
  ...hash,
  ...history,
  ...ids,
  ...lottery,
  ...mnemonic,
  ...noisePq,
  ...operations,
  ...pqPrimitives,
  ...records,
  ...snapshot,
  ...state,
  ...timechain,
  ...tunnel,
  ...wire,
};
