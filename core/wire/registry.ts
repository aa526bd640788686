/** How a message is used: gossip carries one object; a request is answered by a response with its request_id (06 §6). */
export type MessageKind = 'gossip' | 'link' | 'request' | 'response' | 'one-way';

export interface MessageType {
  readonly code: number;
  readonly name: string;
  readonly kind: MessageKind;
}

/** Message codes (06 §6, 09 §3, 10 §4). 0x02 is reserved and never used again; 0x54 and 0x66–0x68 are of 10. */
export const MESSAGE_TYPES: readonly MessageType[] = [
  { code: 0x01, name: 'Transfer', kind: 'gossip' },
  { code: 0x03, name: 'ChangeKey', kind: 'gossip' },
  { code: 0x04, name: 'Anchor', kind: 'gossip' },
  { code: 0x10, name: 'NodeRegistration', kind: 'gossip' },
  { code: 0x20, name: 'BundledConfirmation', kind: 'gossip' },
  { code: 0x21, name: 'VdfReveal', kind: 'gossip' },
  { code: 0x22, name: 'Proposal', kind: 'gossip' },
  { code: 0x23, name: 'ProposalVote', kind: 'gossip' },
  { code: 0x25, name: 'Evidence', kind: 'gossip' },
  { code: 0x26, name: 'Status', kind: 'link' },
  { code: 0x27, name: 'Have', kind: 'link' },
  { code: 0x28, name: 'Want', kind: 'link' },
  { code: 0x29, name: 'Announce', kind: 'link' },
  { code: 0x40, name: 'FastSyncRequest', kind: 'request' },
  { code: 0x41, name: 'FastSyncResponse', kind: 'response' },
  { code: 0x42, name: 'FastSyncError', kind: 'response' },
  { code: 0x43, name: 'ArchiveRangeRequest', kind: 'request' },
  { code: 0x44, name: 'ArchiveRangeResponse', kind: 'response' },
  { code: 0x45, name: 'ObjectRequest', kind: 'request' },
  { code: 0x46, name: 'ObjectResponse', kind: 'response' },
  { code: 0x47, name: 'CertificateRequest', kind: 'request' },
  { code: 0x48, name: 'CertificateResponse', kind: 'response' },
  { code: 0x50, name: 'PeerListRequest', kind: 'request' },
  { code: 0x51, name: 'PeerListResponse', kind: 'response' },
  { code: 0x52, name: 'ReachabilityAdverts', kind: 'one-way' },
  { code: 0x53, name: 'EgressDirectory', kind: 'one-way' },
  { code: 0x54, name: 'ContentAnnounce', kind: 'one-way' },
  { code: 0x60, name: 'BatchLookupRequest', kind: 'request' },
  { code: 0x61, name: 'BatchLookupResponse', kind: 'response' },
  { code: 0x62, name: 'BatchLookupError', kind: 'response' },
  { code: 0x63, name: 'RangeSubscribeRequest', kind: 'request' },
  { code: 0x64, name: 'RangeSubscribeResponse', kind: 'response' },
  { code: 0x65, name: 'RangeSubscribeError', kind: 'response' },
  { code: 0x66, name: 'HostRequest', kind: 'request' },
  { code: 0x67, name: 'HostResponse', kind: 'response' },
  { code: 0x68, name: 'HostPush', kind: 'one-way' },
  { code: 0x70, name: 'SfRelay', kind: 'one-way' },
  { code: 0xf0, name: 'Ping', kind: 'request' },
  { code: 0xf1, name: 'Pong', kind: 'response' },
  { code: 0xff, name: 'Bye', kind: 'one-way' },
];

const byCode: (MessageType | undefined)[] = new Array<MessageType | undefined>(256).fill(undefined);
for (const type of MESSAGE_TYPES) byCode[type.code] = type;

/** The message type of a code byte, undefined when the registry has none. */
export const messageType = (code: number): MessageType | undefined => byCode[code];
