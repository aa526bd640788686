import type {
  ConnectionEncrypter,
  MessageStream,
  PeerId,
  SecureConnectionOptions,
  SecuredConnection,
} from '@libp2p/interface';
import { type ByteStream, byteStream } from '@libp2p/utils';
import type { Result } from '#core/bytes/result.ts';
import type { Form } from '#core/tunnel/forms.ts';
import type { Session } from '#core/tunnel/handshake-keys.ts';
import { MESSAGE_1_SIZE, MESSAGE_2_SIZE, MESSAGE_3_SIZE } from '#core/tunnel/handshake-messages.ts';
import { type Counters, reasonOf } from './counters.ts';
import type { Handshakes } from './handshakes.ts';
import { peerIdOf } from './identity.ts';
import { RecordStream } from './record-stream.ts';

/** What may come before the record layer stands: the last message and the first records. */
const READ_AHEAD = 131_072;

const CLOSED = 'ClosedInHandshake';

/** A failure by its name, as far as libp2p lets names through: in the message. */
const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

export interface EncrypterConfig {
  readonly form: Form;
  readonly handshakes: Handshakes;
  readonly counters: Counters;
  /** Milliseconds for all three messages. */
  readonly limit: number;
  /** Called for each connection whose far end showed its key; `peer` is the object that the connection carries on. */
  secured(peer: PeerId, key: Uint8Array, records: RecordStream, below: MessageStream): void;
  /** What a connection will have failed by if it ends now: `ClosedInHandshake` from the start, later errors of the machines, `HandshakeTimeout`. */
  blame(below: MessageStream, reason: string): void;
}

/** One handshake, in exactly 1184, 7533 and 6349 bytes. */
type Shake = (bytes: ByteStream<MessageStream>, machine: number, signal: AbortSignal) => Promise<Session>;

/** Noise_PQ XX of one form as libp2p's connection encrypter (06 §3, 09 §4). */
export class NoisePqEncrypter implements ConnectionEncrypter {
  readonly protocol: string;
  readonly #config: EncrypterConfig;

  constructor(config: EncrypterConfig) {
    this.protocol = config.form.protocol;
    this.#config = config;
  }

  secureOutbound(below: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection> {
    const { form, handshakes } = this.#config;
    const expectedPeer = options?.remotePeer?.toString();
    return this.#secure(below, options, async (bytes, machine, signal) => {
      const first = must(await handshakes.ask({ kind: 'begin', machine, form, expectedPeer }));
      await bytes.write(first, { signal });
      const second = (await bytes.read({ bytes: MESSAGE_2_SIZE, signal })).slice();
      const { message, session } = must(await handshakes.ask({ kind: 'receive', machine, message: second }));
      await bytes.write(message, { signal });
      return session;
    });
  }

  secureInbound(below: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection> {
    const { form, handshakes } = this.#config;
    return this.#secure(below, options, async (bytes, machine, signal) => {
      const first = (await bytes.read({ bytes: MESSAGE_1_SIZE, signal })).slice();
      const answer = must(await handshakes.ask({ kind: 'receive-first', machine, form, message: first }));
      await bytes.write(answer, { signal });
      const last = (await bytes.read({ bytes: MESSAGE_3_SIZE, signal })).slice();
      return must(await handshakes.ask({ kind: 'receive-last', machine, message: last }));
    });
  }

  async #secure(below: MessageStream, options: SecureConnectionOptions | undefined, shake: Shake) {
    const { handshakes, counters, limit, secured, blame } = this.#config;
    const limits = [AbortSignal.timeout(limit), ...(options?.signal === undefined ? [] : [options.signal])];
    const signal = AbortSignal.any(limits);
    const machine = handshakes.machine();
    const bytes = byteStream(below, { maxBufferSize: READ_AHEAD });
    counters.handshakesBegun++;
    blame(below, CLOSED);
    try {
      const session = await shake(bytes, machine, signal);
      signal.throwIfAborted();
      const remotePeer = peerIdOf(session.remoteKey);
      // In one go: what was read ahead is given out again as soon as this task is over.
      const connection = new RecordStream(bytes.unwrap(), session, counters);
      counters.handshakesDone++;
      secured(remotePeer, session.remoteKey, connection, below);
      return { connection, remotePeer };
    } catch (error) {
      void handshakes.ask({ kind: 'abandon', machine });
      const reason = signal.aborted ? 'HandshakeTimeout' : reasonOf(error, CLOSED);
      blame(below, reason);
      throw new Error(reason);
    }
  }
}
