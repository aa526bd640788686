import type { Standing } from '../participant/types.ts';
import type { SetKind } from '../wire/messages.ts';
import { HeldObjects, RejectedObjects } from './held.ts';
import { Links } from './links.ts';
import { NameTable } from './names.ts';
import { Random } from './random.ts';
import type { RoundSet, WindowSets } from './sets.ts';
import { Alarm } from './timing.ts';
import type { GossipOptions, GossipPorts } from './types.ts';

/** Bytes one member may cause in a full window: its bundle with full lists, a reveal, two votes, in frames (09 §10, last lines). */
const MEMBER_BYTES = 25_000;
/** Room for operations and small networks: the send queue of one peer (06 §6.1). */
const OPERATION_BYTES = 8_388_608;

/** What the parts of the machine share: links, sets, names and the ports they act through. */
export class Shared {
  readonly ports: GossipPorts;
  readonly links: Links;
  readonly names = new NameTable();
  readonly held = new HeldObjects();
  readonly rejected = new RejectedObjects();
  readonly alarm: Alarm;
  standing: Standing | undefined;
  /** Sets of the open window and of the one before (09 §10.7). */
  current: WindowSets | undefined;
  previous: WindowSets | undefined;
  #requestId = 0;

  constructor(ports: GossipPorts, options: GossipOptions) {
    this.ports = ports;
    this.links = new Links(new Random(options.seed));
    this.alarm = new Alarm((at) => ports.timer(at));
  }

  /** The open window, 0 before any was entered. */
  get window(): number {
    return this.current?.window ?? 0;
  }

  sets(window: number): WindowSets | undefined {
    if (this.current !== undefined && this.current.window === window) return this.current;
    if (this.previous !== undefined && this.previous.window === window) return this.previous;
    return undefined;
  }

  /** The set of a kind and round, made when it is worth keeping. */
  openSet(sets: WindowSets, kind: SetKind, round: number): RoundSet | undefined {
    return sets.open(kind, round, sets === this.current ? (this.standing?.round ?? 0) : 0);
  }

  freshRequestId(): number {
    return ++this.#requestId;
  }

  /** What one link may bring, and be answered, in one window or τ₁: four times a full window (09 §3). */
  get byteBudget(): number {
    return 4 * MEMBER_BYTES * (this.current?.size ?? 0) + OPERATION_BYTES;
  }
}
