import type { Id } from '#core/bytes/bytes.ts';
import { ascii } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { nodeId } from '#core/crypto/ids.ts';
import type { SigningKey, Suite } from '#core/crypto/suite.ts';

/** A founder of a simulated network, or who joins it later: its keys follow from its number alone, so that genesis is made of the same keys in every run. */
export interface Founder {
  readonly nodeId: Id;
  readonly node: SigningKey;
  readonly account: SigningKey;
}

const seedOf = (role: 'node' | 'account', number: number): Uint8Array =>
  sha256(ascii(`montana-sim/founder/${number}/${role}`));

/** What the node key of a host is made of. */
export const nodeSeed = (number: number): Uint8Array => seedOf('node', number);

/** Test keys of `count` hosts. Key generation is most of the start-up time: about 1.6 ms a key. */
export const makeFounders = (count: number, suite: Suite): readonly Founder[] =>
  Array.from({ length: count }, (_, number) => {
    const node = suite.key(nodeSeed(number));
    return { nodeId: nodeId(node.publicKey), node, account: suite.key(seedOf('account', number)) };
  });
