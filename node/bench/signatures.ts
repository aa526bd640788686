import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { ascii } from '#core/bytes/bytes.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { KEY_SEED_SIZE, type Suite } from '#core/crypto/suite.ts';
import { modelledSuite } from '#sim/suite/modelled.ts';
import { type Case, interleave, rate } from './harness.ts';
import type { Section } from './section.ts';

const KEY_SEED = new Uint8Array(KEY_SEED_SIZE).fill(7);
const RUN_SECRET = new Uint8Array(32).fill(9);

/** The rejection loop makes single signatures uneven: every round signs the same messages, enough to level it. */
const MESSAGES = Array.from({ length: 16 }, (_, i) => ascii(`montana bench ${i} `.padEnd(128, '.')));

/** Signatures of modelled keys take microseconds. */
const REPEATED = 40;

/** The same algorithm in the platform's library; undefined where it has none. It signs with fresh randomness only. */
const platformOf = (publicKey: Uint8Array) => {
  const asymmetricKeyType = 'ml-dsa-65';
  const imported = () => createPublicKey({ key: Buffer.from(publicKey), format: 'raw-public', asymmetricKeyType });
  try {
    const secret = createPrivateKey({ key: Buffer.from(KEY_SEED), format: 'raw-seed', asymmetricKeyType });
    const kept = imported();
    return {
      sign: (message: Uint8Array): Uint8Array => sign(null, message, secret),
      verify: (message: Uint8Array, signature: Uint8Array): boolean => verify(null, message, kept, signature),
      importAndVerify: (message: Uint8Array, signature: Uint8Array): boolean =>
        verify(null, message, imported(), signature),
    };
  } catch {
    return undefined;
  }
};

const signed = (suite: Suite) => {
  const key = suite.key(KEY_SEED);
  return { key, pairs: MESSAGES.map((message) => [message, key.sign(message)] as const) };
};

const check = (holds: boolean): void => {
  if (!holds) throw new Error('a good signature was refused');
};

const cases = (): readonly Case[] => {
  const unit = '/s';
  const real = signed(mlDsa65);
  const { publicKey } = real.key;
  const platform = platformOf(publicKey);
  const count = MESSAGES.length;
  const all: Case[] = [
    {
      name: 'sign, @noble/post-quantum, deterministic',
      unit,
      run: rate(count, () => {
        for (const message of MESSAGES) real.key.sign(message);
      }),
    },
    {
      name: 'verify, @noble/post-quantum',
      unit,
      run: rate(count, () => {
        for (const [message, signature] of real.pairs) check(mlDsa65.verify(publicKey, message, signature));
      }),
    },
  ];
  const [nobleSign, nobleVerify] = all.map(({ name }) => name) as [string, string];
  if (platform !== undefined) {
    for (const message of MESSAGES) check(mlDsa65.verify(publicKey, message, platform.sign(message)));
    const verifying = (name: string, ask: typeof platform.verify): Case => ({
      name,
      unit,
      peer: nobleVerify,
      run: rate(4 * count, () => {
        for (let i = 0; i < 4; i++) for (const [message, signature] of real.pairs) check(ask(message, signature));
      }),
    });
    all.push(
      {
        name: 'sign, node:crypto, randomised',
        unit,
        peer: nobleSign,
        run: rate(count, () => {
          for (const message of MESSAGES) platform.sign(message);
        }),
      },
      verifying('verify, node:crypto, key imported each time', platform.importAndVerify),
      verifying('verify, node:crypto, key object kept', platform.verify),
    );
  }
  const suite = modelledSuite(RUN_SECRET);
  const modelled = signed(suite);
  all.push(
    {
      name: 'sign, modelled',
      unit,
      peer: nobleSign,
      run: rate(REPEATED * count, () => {
        for (let i = 0; i < REPEATED; i++) for (const message of MESSAGES) modelled.key.sign(message);
      }),
    },
    {
      name: 'verify, modelled',
      unit,
      peer: nobleVerify,
      run: rate(REPEATED * count, () => {
        for (let i = 0; i < REPEATED; i++)
          for (const [message, signature] of modelled.pairs) check(suite.verify(publicKey, message, signature));
      }),
    },
  );
  return all;
};

/** ML-DSA-65 as the core has it, as the platform has it, and the model the simulator puts in its place. */
export const signatures: Section = {
  title: 'Signatures (ML-DSA-65)',
  measure: ({ quick }) => interleave(cases(), quick ? 5 : 25, 1),
};
