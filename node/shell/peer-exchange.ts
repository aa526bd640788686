import type { Contact } from '#core/peers/table.ts';
import { decodeEnvelope, encodeEnvelope } from '#core/wire/envelope.ts';
import { PEER_LIST_REQUEST, PEER_LIST_RESPONSE } from '#core/wire/payloads.ts';
import { isReachable } from './peer-address.ts';

/** PeerListRequest and PeerListResponse (06 §6). */
const REQUEST = 0x50;
const RESPONSE = 0x51;

/** A message of peer exchange. */
export type Exchanged =
  | { readonly type: 'request'; readonly requestId: bigint; readonly most: number }
  | { readonly type: 'response'; readonly requestId: bigint; readonly contacts: readonly Contact[] }
  | { readonly type: 'malformed' };

const MALFORMED: Exchanged = { type: 'malformed' };

/** Reads a message of peer exchange; undefined: the envelope holds another one. Contacts that nobody can reach are left out. */
export const exchanged = (bytes: Uint8Array): Exchanged | undefined => {
  if (bytes[0] !== REQUEST && bytes[0] !== RESPONSE) return undefined;
  const envelope = decodeEnvelope(bytes);
  if (!envelope.ok) return MALFORMED;
  const { code, requestId, payload } = envelope.value;
  if (code === REQUEST) {
    const request = PEER_LIST_REQUEST.decode(payload);
    return request.ok ? { type: 'request', requestId, most: request.value.maxCount } : MALFORMED;
  }
  const response = PEER_LIST_RESPONSE.decode(payload);
  if (!response.ok) return MALFORMED;
  const contacts = response.value.peers
    .map(({ ipVersion, ip, port, nodeId, startWindow }): Contact => {
      const address = { ipVersion: ipVersion === 4 ? 4 : 6, ip, port } as const;
      return { nodeId, address, startWindow: Number(startWindow) };
    })
    .filter(({ address, startWindow }) => isReachable(address) && Number.isSafeInteger(startWindow));
  return { type: 'response', requestId, contacts };
};

/** Asks for so many at most. */
export const peersWanted = (requestId: bigint, maxCount: number): Uint8Array =>
  encodeEnvelope({ code: REQUEST, requestId, payload: PEER_LIST_REQUEST.encode({ maxCount }) });

/** Answers with those that others can reach. */
export const peersKnown = (requestId: bigint, contacts: readonly Contact[]): Uint8Array => {
  const peers = contacts
    .filter(({ address }) => isReachable(address))
    .map(({ nodeId, address, startWindow }) => ({ ...address, nodeId, startWindow: BigInt(startWindow) }));
  return encodeEnvelope({ code: RESPONSE, requestId, payload: PEER_LIST_RESPONSE.encode({ peers }) });
};
