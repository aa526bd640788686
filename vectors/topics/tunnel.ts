import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import { encodeMeshFrame, meshDedupKey } from '#core/tunnel/mesh-frame.ts';
import { meshMessage, verifyMeshProof } from '#core/tunnel/mesh-proof.ts';
import { onlineMessage, proveOnline, slotOf, verifyOnlineProof } from '#core/tunnel/online-proof.ts';
import { isWorkEnough, searchWork, workHash, workTarget } from '#core/tunnel/proof-of-work.ts';
import { encodeSfEnvelope, isTtlValid, sfScope } from '#core/tunnel/sf-envelope.ts';
import { type Handlers, outcome } from '../handler.ts';
import type { Input } from '../input.ts';
import { keyOf } from '../keys.ts';

const sfFields = (input: Input) => ({
  recipientHint: input.id('recipient_hint'),
  ttlWindow: input.number('ttl_window'),
  fragmentIndex: input.number('fragment_index'),
  totalFragments: input.number('total_fragments'),
  ciphertext: input.bytes('ciphertext'),
});

const meshFields = (input: Input) => ({
  frameType: input.number('frame_type'),
  ttl: input.number('ttl'),
  hopCount: input.number('hop_count'),
  senderRef: input.id('sender_ref'),
  recipientHint: input.id('recipient_hint'),
  payload: input.bytes('payload'),
});

/** Far above what the difficulties of the vectors take. */
const MOST_TRIALS = 100_000_000;

/** 06 §4, §14. */
export const tunnel: Handlers = {
  ibt_online: (input) => {
    const { nonce, server } = { nonce: input.id('nonce'), server: input.id('server_node_id') };
    const window = input.big('window');
    const { proof } = proveOnline(keyOf(input.id('client_seed')), server, window, nonce);
    return { message: onlineMessage(server, slotOf(window), nonce), proof_sha256: sha256(proof) };
  },
  ibt_online_verify: (input) => {
    const server = input.id('server_node_id');
    const key = keyOf(input.id('client_seed'));
    const proof = proveOnline(key, server, input.big('proof_window'), input.id('nonce'));
    const verified = verifyOnlineProof(mlDsa65.verify, server, input.big('current_window'), proof);
    return outcome(verified, (slot) => ({ accepted_slot: slot }));
  },
  ibt_mesh: (input) => {
    const message = meshMessage(input.id('peer_node_id'), input.big('window'), input.id('nonce'));
    return { message, proof_sha256: sha256(keyOf(input.id('client_seed')).sign(message)) };
  },
  ibt_mesh_verify: (input) => {
    const peer = input.id('peer_node_id');
    const key = keyOf(input.id('client_seed'));
    const cachedWindow = input.big('cached_window');
    const nonce = input.id('nonce');
    const proof = key.sign(meshMessage(peer, cachedWindow, nonce));
    const known = input.big('known_window');
    const fields = { clientKey: key.publicKey, cachedWindow, nonce, proof };
    return outcome(verifyMeshProof(mlDsa65.verify, peer, known, input.number('tau1_windows'), fields));
  },
  pow_target: (input) => outcome(workTarget(input.number('difficulty')), (target) => ({ target })),
  pow_solve: (input) => {
    const found = searchWork(input.bytes('proof'), input.number('difficulty'), 0n, MOST_TRIALS);
    return { ...found };
  },
  pow_verify: (input) => ({
    valid: isWorkEnough(workHash(input.bytes('proof'), input.big('nonce')), input.number('difficulty')),
  }),
  sf_envelope: (input) => {
    const fields = sfFields(input);
    const bytes = encodeSfEnvelope(fields, keyOf(input.id('sender_seed')));
    return {
      signed_message: sfScope(fields),
      signature_sha256: sha256(bytes.subarray(bytes.length - SIGNATURE_SIZE)),
      bytes_sha256: sha256(bytes),
      size: bytes.length,
    };
  },
  sf_ttl: (input) => ({
    valid: isTtlValid(input.number('current_window'), input.number('ttl_window'), input.number('tau1')),
  }),
  mesh_frame: (input) => {
    const fields = meshFields(input);
    const bytes = encodeMeshFrame(fields, input.bytes('link_secret'));
    return { bytes, size: bytes.length, dedup_key: meshDedupKey(fields) };
  },
};
