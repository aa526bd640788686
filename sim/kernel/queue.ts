/** Slots of 16 µs; an epoch is 2^16 slots, an era 2^12 epochs (71 minutes). */
const SLOT_BITS = 4;
const SLOTS = 0x1_0000;
const EPOCH = SLOTS << SLOT_BITS;
const EPOCHS = 0x1000;
/** Places beside the slots 0 … SLOTS − 1: one per epoch of the era, one for later eras, the heap, none. */
const LATER = SLOTS + EPOCHS;
const HEAP = LATER + 1;
const NOWHERE = -1;

/**
 * What happens next. The queue holds lanes: a lane is whatever has at most one next event (the head of a link, a timer, a core).
 * Events come in the order of (time, rank of the lane): ranks are unique, so the order never depends on insertion.
 *
 * A hierarchical timing wheel finds the next slot through a bitmap; a small heap orders the lanes of the open slot exactly. All
 * operations take constant time but for that heap and for the lanes of later eras.
 */
export class Queue {
  /** Time of the last event taken, or the limit that `next` reached: microseconds. */
  now = 0;

  #lanes = 0;
  /** Lanes with a next event. */
  #waiting = 0;
  #time = new Float64Array(64);
  #rank = new Float64Array(64);
  /** Doubly linked lists of lanes, one per place. */
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #place = new Int32Array(64);
  readonly #first = new Int32Array(LATER + 1).fill(NOWHERE);
  /** A bit per place below LATER that holds a lane. */
  readonly #occupied = new Int32Array(LATER >> 5);

  #epoch = 0;
  #epochStart = 0;
  #openSlot = -1;
  #heap = new Int32Array(64);
  #heapSize = 0;

  /** A new lane. `rank` must be unique. */
  lane(rank: number): number {
    const lane = this.#lanes++;
    if (lane === this.#time.length) this.#grow();
    this.#rank[lane] = rank;
    this.#place[lane] = NOWHERE;
    return lane;
  }

  /** Sets the one next event of a lane; replaces the one before. Throws a RangeError for a time that has passed. */
  schedule(lane: number, time: number): void {
    if (!(time >= this.now)) throw new RangeError(`time ${time} is before ${this.now}`);
    if (this.#place[lane] !== NOWHERE) this.cancel(lane);
    this.#time[lane] = time;
    this.#waiting++;
    this.#file(lane, time);
  }

  /** Whether nothing is left to happen. */
  get empty(): boolean {
    return this.#waiting === 0;
  }

  /** A lane without a next event stays as it is. */
  cancel(lane: number): void {
    const place = this.#place[lane] as number;
    if (place === NOWHERE) return;
    if (place === HEAP) this.#removeFromHeap(lane);
    else this.#unlink(lane, place);
    this.#place[lane] = NOWHERE;
    this.#waiting--;
  }

  /** Takes the next event: its lane, with `now` its time. −1 if there is none up to `limit`, which `now` then reaches. */
  next(limit = Number.POSITIVE_INFINITY): number {
    while (this.#heapSize === 0) {
      const slot = this.#search(this.#openSlot + 1, SLOTS);
      if (slot === NOWHERE) {
        if (!this.#nextEpoch(limit)) return this.#idle(limit);
      } else if (this.#epochStart + (slot << SLOT_BITS) > limit) {
        return this.#idle(limit);
      } else {
        this.#openSlot = slot;
        this.#empty(slot, true);
      }
    }
    const lane = this.#heap[0] as number;
    const time = this.#time[lane] as number;
    if (time > limit) return this.#idle(limit);
    this.#removeTop();
    this.#place[lane] = NOWHERE;
    this.#waiting--;
    this.now = time;
    return lane;
  }

  #idle(limit: number): number {
    if (limit !== Number.POSITIVE_INFINITY && limit > this.now) this.now = limit;
    return NOWHERE;
  }

  #file(lane: number, time: number): void {
    const ahead = time - this.#epochStart;
    if (ahead < EPOCH) {
      const slot = ahead >> SLOT_BITS;
      if (slot <= this.#openSlot) this.#addToHeap(lane);
      else this.#link(lane, slot);
      return;
    }
    const epoch = Math.floor(time / EPOCH);
    const sameEra = Math.floor(epoch / EPOCHS) === Math.floor(this.#epoch / EPOCHS);
    this.#link(lane, sameEra ? SLOTS + (epoch % EPOCHS) : LATER);
  }

  /** Opens the next epoch that holds a lane, if it begins by `limit`. */
  #nextEpoch(limit: number): boolean {
    const place = this.#search(SLOTS + (this.#epoch % EPOCHS) + 1, LATER);
    let epoch: number;
    if (place !== NOWHERE) {
      epoch = this.#epoch - (this.#epoch % EPOCHS) + (place - SLOTS);
    } else {
      let soonest = Number.POSITIVE_INFINITY;
      for (let lane = this.#first[LATER] as number; lane !== NOWHERE; lane = this.#next[lane] as number) {
        soonest = Math.min(soonest, this.#time[lane] as number);
      }
      if (soonest === Number.POSITIVE_INFINITY) return false;
      epoch = Math.floor(soonest / EPOCH);
    }
    if (epoch * EPOCH > limit) return false;
    this.#epoch = epoch;
    this.#epochStart = epoch * EPOCH;
    this.#openSlot = -1;
    this.#empty(place === NOWHERE ? LATER : place, false);
    return true;
  }

  /** Moves the lanes of a place to the heap, or to where they now belong. */
  #empty(place: number, open: boolean): void {
    let lane = this.#first[place] as number;
    this.#first[place] = NOWHERE;
    if (place < LATER) (this.#occupied[place >> 5] as number) &= ~(1 << (place & 31));
    while (lane !== NOWHERE) {
      const following = this.#next[lane] as number;
      if (open) this.#addToHeap(lane);
      else this.#file(lane, this.#time[lane] as number);
      lane = following;
    }
  }

  #search(from: number, to: number): number {
    if (from >= to) return NOWHERE;
    let word = from >> 5;
    let bits = (this.#occupied[word] as number) & (-1 << (from & 31));
    const last = (to - 1) >> 5;
    while (bits === 0) {
      if (++word > last) return NOWHERE;
      bits = this.#occupied[word] as number;
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }

  #link(lane: number, place: number): void {
    const first = this.#first[place] as number;
    this.#first[place] = lane;
    this.#next[lane] = first;
    this.#previous[lane] = NOWHERE;
    this.#place[lane] = place;
    if (first !== NOWHERE) this.#previous[first] = lane;
    else if (place < LATER) (this.#occupied[place >> 5] as number) |= 1 << (place & 31);
  }

  #unlink(lane: number, place: number): void {
    const next = this.#next[lane] as number;
    const previous = this.#previous[lane] as number;
    if (next !== NOWHERE) this.#previous[next] = previous;
    if (previous !== NOWHERE) this.#next[previous] = next;
    else {
      this.#first[place] = next;
      if (next === NOWHERE && place < LATER) (this.#occupied[place >> 5] as number) &= ~(1 << (place & 31));
    }
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#time[a] as number) - (this.#time[b] as number);
    return difference < 0 || (difference === 0 && (this.#rank[a] as number) < (this.#rank[b] as number));
  }

  #addToHeap(lane: number): void {
    this.#place[lane] = HEAP;
    this.#rise(lane, this.#heapSize++);
  }

  #rise(lane: number, hole: number): void {
    const heap = this.#heap;
    let at = hole;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(lane, heap[parent] as number)) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = lane;
  }

  #sink(lane: number, hole: number): void {
    const heap = this.#heap;
    let at = hole;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#heapSize) break;
      if (child + 1 < this.#heapSize && this.#before(heap[child + 1] as number, heap[child] as number)) child++;
      if (!this.#before(heap[child] as number, lane)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = lane;
  }

  #removeTop(): void {
    if (--this.#heapSize > 0) this.#sink(this.#heap[this.#heapSize] as number, 0);
  }

  #removeFromHeap(lane: number): void {
    const at = this.#heap.indexOf(lane);
    const last = this.#heap[--this.#heapSize] as number;
    if (at === this.#heapSize) return;
    if (at > 0 && this.#before(last, this.#heap[(at - 1) >> 1] as number)) this.#rise(last, at);
    else this.#sink(last, at);
  }

  #grow(): void {
    const size = this.#time.length * 2;
    this.#time = widened(this.#time, new Float64Array(size));
    this.#rank = widened(this.#rank, new Float64Array(size));
    this.#next = widened(this.#next, new Int32Array(size));
    this.#previous = widened(this.#previous, new Int32Array(size));
    this.#place = widened(this.#place, new Int32Array(size));
    this.#heap = widened(this.#heap, new Int32Array(size));
  }
}

/** `larger`, with what `small` holds at its beginning. */
export const widened = <A extends Float64Array | Int32Array>(small: A, larger: A): A => {
  larger.set(small);
  return larger;
};
