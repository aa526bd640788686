import type { Id } from '#core/bytes/bytes.ts';
import type { Header, Operation, Vote } from '#core/consensus/objects.ts';
import type { Notice } from '#core/host/host.ts';
import type { FinalRecord, Opened } from '#core/participant/types.ts';
import { encodeCertificate } from '#core/services/certificate-proof.ts';
import { ClientDesk, type DeskSource } from '#core/services/client-desk.ts';
import type { OperationFates } from '#core/services/operation-fates.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Store } from '#node/store/store.ts';

export interface ClientsPorts {
  send(link: number, envelope: Uint8Array): void;
  /** Hands in an operation of a client, as of the node's own user. */
  submit(operation: Operation): void;
  penalty(link: number, reason: string): void;
}

/** What a forged operation is refused for: whoever sent it made it. Anything else may have become wrong on its way. */
const FORGED = 'InvalidSignature';

/** Account clients of this node (06 §8, 10 §4): on the protocol's thread, beside the host, which never hears of them. */
export class Clients {
  readonly #ports: ClientsPorts;
  readonly #desk = new ClientDesk();
  readonly #fates: OperationFates;
  /** Accounts by link; undefined: the key was changed while its client came in. */
  readonly #accounts = new Map<number, Id | undefined>();
  /**
   * Operations of clients that were not judged yet, and who sent them: each as it was handed in, for an id covers no signature (01 R2), and
   * others may hand in the same. They stay when a link is down: their verdicts are still not the owner's.
   */
  readonly #submitted = new Map<Operation, number>();
  #source: DeskSource;

  constructor({ settled, open }: Opened, store: Pick<Store, 'entry'>, fates: OperationFates, ports: ClientsPorts) {
    this.#ports = ports;
    this.#fates = fates;
    const isOpen = open?.window === settled.window + 1;
    this.#source = this.#sourceOf(settled, store.entry(settled.window)?.header, isOpen ? open.certificate : []);
  }

  /** A client's link is open. */
  up(link: number, account: Id | undefined): void {
    this.#accounts.set(link, account);
  }

  /** Whether it was a client's. */
  down(link: number): boolean {
    return this.#accounts.delete(link);
  }

  has(link: number): boolean {
    return this.#accounts.has(link);
  }

  /** A message of a client; `now` in microseconds. */
  message(link: number, envelope: Uint8Array, onStem: boolean, now: number): void {
    const account = this.#accounts.get(link);
    if (account === undefined || onStem) {
      this.#ports.penalty(link, 'NotForAccounts');
      return;
    }
    const answer = this.#desk.take(envelope, account, now, this.#source);
    if (answer.type === 'reply') this.#ports.send(link, answer.envelope);
    else if (answer.type === 'penalty') this.#ports.penalty(link, answer.reason);
    else if (answer.type === 'operation') {
      this.#submitted.set(answer.operation, link);
      this.#ports.submit(answer.operation);
    }
  }

  /** What the host tells. Whether it is a client's alone, and of no interest to the node's own user. */
  notice(notice: Notice): boolean {
    switch (notice.type) {
      case 'final':
        this.#final(notice.record);
        return false;
      case 'submitted': {
        const { operation, verdict } = notice;
        const link = this.#submitted.get(operation);
        if (link === undefined) return false;
        this.#submitted.delete(operation);
        const isForged = verdict.type === 'reject' && verdict.reason === FORGED;
        if (isForged && this.has(link)) this.#ports.penalty(link, FORGED);
        return true;
      }
      default:
        return false;
    }
  }

  /** The state is a snapshot's: no entry or certificate of its window is here, and what was handed in is forgotten. */
  adopted(settled: Settled): void {
    this.#submitted.clear();
    this.#source = this.#sourceOf(settled, undefined, []);
  }

  #final({ settled, entry, certificate }: FinalRecord): void {
    this.#source = this.#sourceOf(settled, entry.header, certificate);
  }

  #sourceOf(settled: Settled, header: Header | undefined, certificate: readonly Vote[]): DeskSource {
    const isCertified = header !== undefined && certificate.length > 0;
    const certified = isCertified ? { header, certificate: encodeCertificate(certificate) } : undefined;
    return { settled, certified, fates: this.#fates };
  }
}
