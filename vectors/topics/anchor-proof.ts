import { judgeAnchorProof } from '#core/anchor/verify.ts';
import { toHex } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { initialTimechainValue } from '#core/genesis/derived.ts';
import type { Handlers } from '../handler.ts';
import { rulesFrom } from '../rules.ts';

/** 03 §10, from genesis. The cases give the parts of a proof one by one and say only whether they are one. */
export const anchorProof: Handlers = {
  anchor_proof: (input) => {
    const proof = {
      anchor: input.bytes('anchor'),
      account: input.bytes('account_proof'),
      nodes: input.byteStrings('node_table'),
      bundles: input
        .list('bundles')
        .map((entry) => ({ bundle: entry.bytes('bytes'), inclusion: entry.bytes('inclusion_proof') })),
      headers: input.byteStrings('headers'),
      // That of window 0 leads nowhere.
      iterations: input.numbers('d').slice(1),
      later: [],
      round: 0,
      certificate: [],
      trusted: [],
    };
    const verdict = judgeAnchorProof(proof, {
      dataHash: toHex(sha256(input.bytes('document'))),
      tau2Windows: input.big('tau2_windows'),
      trust: {
        type: 'chain',
        timechainValue: initialTimechainValue(rulesFrom(input.value('rules')), input.id('genesis_state_hash')),
      },
      verify: mlDsa65.verify,
      mostIterations: 1n << 26n,
    });
    if (!verdict.ok || verdict.value.window !== input.number('window')) return { valid: false };
    const { anchor, weight, quorum } = verdict.value;
    return { valid: true, opHash: anchor.id, weight, quorum };
  },
};
