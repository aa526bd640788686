import type { MessageStream } from '@libp2p/interface';
import { AbstractMessageStream, type SendResult } from '@libp2p/utils';
import type { Session } from '#core/tunnel/handshake-keys.ts';
import { isWorn, RecordOpener, RecordSealer } from '#core/tunnel/records.ts';
import { nativeAead } from './aead.ts';
import type { Counters } from './counters.ts';

/** Milliseconds that one pair of keys serves: a day (06 §3.5). */
const LONGEST = 86_400_000;

type Chunk = Parameters<AbstractMessageStream['sendData']>[0];

/**
 * A connection after its handshake: plaintext above, records below (06 §3.5). A record is made once and then owned by the connection
 * below, whose fullness is passed on. Any defect of a record ends the connection at once.
 */
export class RecordStream extends AbstractMessageStream {
  readonly #below: MessageStream;
  readonly #sealer: RecordSealer;
  readonly #opener: RecordOpener;
  readonly #counters: Counters;
  readonly #begun = performance.now();

  constructor(below: MessageStream, session: Session, counters: Counters) {
    super({ log: below.log.newScope('records'), direction: below.direction });
    this.#below = below;
    this.#counters = counters;
    this.#sealer = new RecordSealer(session.sendKey, 0n, nativeAead);
    this.#opener = new RecordOpener(session.receiveKey, 0n, nativeAead);
    below.addEventListener('message', (event) => this.#receive(event.data.subarray()));
    below.addEventListener('drain', () => this.safeDispatchEvent('drain'));
    below.addEventListener('close', (event) => {
      const end = this.#opener.end();
      this.#wipe();
      this.onTransportClosed(event.error ?? (end.ok ? undefined : new Error(end.error)));
    });
  }

  /** Whether it should be dialled anew (06 §3.5). */
  get isWorn(): boolean {
    const [sealer, opener] = [this.#sealer, this.#opener];
    if (isWorn(sealer.records, sealer.bytes) || isWorn(opener.records, opener.bytes)) return true;
    return performance.now() - this.#begun >= LONGEST;
  }

  #receive(bytes: Uint8Array): void {
    this.#counters.bytesIn += bytes.length;
    const { data, error } = this.#opener.push(bytes);
    for (const plaintext of data) this.onData(plaintext);
    if (error !== undefined && this.status === 'open') this.abort(new Error(error));
  }

  override sendData(data: Chunk): SendResult {
    const sealed = this.#sealer.seal(data.subarray());
    if (!sealed.ok) throw new Error(sealed.error);
    this.#counters.bytesOut += sealed.value.length;
    return { sentBytes: data.byteLength, canSendMore: this.#below.send(sealed.value) };
  }

  override sendReset(error: Error): void {
    this.#wipe();
    this.#below.abort(error);
  }

  override sendPause(): void {
    this.#below.pause();
  }

  override sendResume(): void {
    this.#below.resume();
  }

  override async close(options?: Parameters<MessageStream['close']>[0]): Promise<void> {
    this.writeStatus = 'closing';
    await this.#below.close(options);
  }

  #wipe(): void {
    this.#sealer.close();
    this.#opener.close();
  }
}
