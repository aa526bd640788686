import { expect, test } from 'vitest';
import { type Fate, finalFate } from '#core/services/operation-fates.ts';
import { isForGood } from '#node/owner/words.ts';
import { provenChain } from './proven-chain.ts';

const id = 'ab'.repeat(32);
const none = { window: 4, stateRoot: id, account: undefined };

const chainSaying = (fate: Fate) =>
  provenChain({
    account: async () => none,
    status: async () => ({ finalWindow: 4, stateRoot: id }),
    fate: async () => fate,
    submit: () => {},
  });

test('the word of a node that is not trusted is a hint', async () => {
  const settled = await chainSaying(finalFate(3, true)).state(id);
  expect(settled).toEqual({ operation: id, state: 'confirming', window: null, reason: null });
  for (const reason of ['ZeroAmount', 'InvalidSignature']) {
    const refused = await chainSaying({ state: 'rejected', window: null, reason }).state(id);
    expect(refused.reason).toContain(reason);
    expect(isForGood(refused.reason!)).toBe(false);
  }
});

test('an account that is proven not to be there is none', async () => {
  const { account, history } = chainSaying(finalFate(3, true));
  expect(await account(id)).toEqual({ ...none, account: null });
  expect(history).toBeUndefined();
});
