/** Milliseconds between two looks at a link's queue. */
const LOOK = 25;

/** Bytes in a queue that leave room for a mebibyte more, without anything else being given up for it. */
const FEW = 1_048_576;

export interface RoomPorts {
  /** Bytes that wait for a link; 0 of one that is gone. */
  queued(link: number): number;
  /** Little waits for the link. */
  room(link: number): void;
}

/** Waits until what was queued for a link is on its way: the pace of long answers is that of the link. */
export class Room {
  readonly #ports: RoomPorts;
  readonly #links = new Set<number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ports: RoomPorts) {
    this.#ports = ports;
  }

  /** Says once that there is room, a moment from now at the earliest. */
  await(link: number): void {
    this.#links.add(link);
    this.#timer ??= setTimeout(() => this.#look(), LOOK);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#links.clear();
  }

  #look(): void {
    this.#timer = undefined;
    for (const link of [...this.#links]) {
      if (this.#ports.queued(link) > FEW) continue;
      this.#links.delete(link);
      this.#ports.room(link);
    }
    if (this.#links.size > 0) this.#timer ??= setTimeout(() => this.#look(), LOOK);
  }
}
