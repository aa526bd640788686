import type { ConnectionEncrypter, MultiaddrConnection } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';
import { libp2pKey } from './identity.ts';
import type { Spans } from './limits.ts';

export interface NodeConfig {
  readonly publicKey: Uint8Array;
  readonly listen: readonly string[];
  /** Best first. */
  readonly encrypters: readonly ConnectionEncrypter[];
  readonly spans: Spans;
  /** Asked for each connection from outside before anything is read from it. */
  isDenied(connection: MultiaddrConnection): boolean;
}

const MEBIBYTE = 1_048_576;

/** The far end cannot make libp2p keep more than this unread: what comes while a link waits stays in one Yamux window. */
const YAMUX = {
  enableKeepAlive: false,
  maxInboundStreams: 4,
  maxOutboundStreams: 4,
  streamOptions: { maxStreamWindowSize: MEBIBYTE, maxReadBufferLength: 2 * MEBIBYTE },
} as const;

/**
 * TCP, the encrypters, Yamux; no identify, no services, nothing dialled by itself (06 §2, §16). libp2p's own limits are out of the way:
 * ours are in one place, where they are told and counted.
 */
export const makeLibp2p = async (config: NodeConfig): Promise<Libp2p> => {
  const { publicKey, listen, encrypters, spans, isDenied } = config;
  const most = Number.MAX_SAFE_INTEGER;
  const libp2p = await createLibp2p({
    start: false,
    privateKey: libp2pKey(publicKey),
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: encrypters.map((encrypter) => () => encrypter),
    streamMuxers: [yamux(YAMUX)],
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: most,
      maxIncomingPendingConnections: most,
      inboundConnectionThreshold: most,
      inboundUpgradeTimeout: spans.handshake,
      dialTimeout: spans.connect,
      addressDialTimeout: spans.connect,
    },
    connectionGater: { denyInboundConnection: isDenied },
  });
  // With a key in it the peer store would keep our own record and then fail to read it (06 §16).
  Object.defineProperty(libp2p.peerId, 'publicKey', { value: undefined });
  return libp2p;
};
