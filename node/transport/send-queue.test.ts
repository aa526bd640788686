import { describe, expect, it } from 'vitest';
import { SendQueue } from './send-queue.ts';

/** An envelope by its code; the second byte tells which it is. */
const item = (code: number, mark: number, size = 14): Uint8Array => {
  const bytes = new Uint8Array(size);
  bytes.set([code, mark]);
  return bytes;
};

const drain = (queue: SendQueue): readonly string[] => {
  const names: string[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift())
    names.push(`${next[0]?.toString(16)}:${next[1]}`);
  return names;
};

describe('SendQueue', () => {
  it('gives up transfers, anchors, key changes, registrations, then what is no object, oldest first', () => {
    const queue = new SendQueue(7, 1_000_000);
    const items = [
      item(0x10, 0),
      item(0x26, 0),
      item(0x03, 0),
      item(0x01, 0),
      item(0x04, 0),
      item(0x01, 1),
      item(0x22, 0),
    ];
    for (const each of items) expect(queue.push(each)).toBe(0);
    const kept = [0x20, 0x21, 0x23, 0x25, 0x20, 0x20];
    const left = kept.map((code, mark) => {
      expect(queue.push(item(code, mark))).toBe(1);
      return queue.size;
    });
    expect(left.every((size) => size === 7)).toBe(true);
    expect(drain(queue)).toEqual(['22:0', '20:0', '21:1', '23:2', '25:3', '20:4', '20:5']);
    expect(queue.bytes).toBe(0);
  });

  it('takes them in that order, of one code the oldest', () => {
    const waiting = [0x44, 0x10, 0x03, 0x04, 0x01, 0x01, 0x22];
    const queue = new SendQueue(waiting.length, 1_000_000);
    // A size of its own for each: what is missing afterwards tells which one went.
    waiting.forEach((code, at) => queue.push(item(code, at, 100 + at)));
    const gone = [0x20, 0x20, 0x20, 0x20, 0x20, 0x20].map((code, mark) => {
      const before = queue.bytes + 14;
      expect(queue.push(item(code, mark))).toBe(1);
      return before - queue.bytes - 100;
    });
    expect(gone).toEqual([4, 5, 3, 2, 1, 0]);
    expect(queue.push(item(0x20, 7))).toBeUndefined();
  });

  it('drops the new one when nothing is needed less', () => {
    const queue = new SendQueue(2, 1_000_000);
    queue.push(item(0x22, 0));
    queue.push(item(0x22, 1));
    expect(queue.push(item(0x01, 2))).toBe(1);
    expect(drain(queue)).toEqual(['22:0', '22:1']);
  });

  it('keeps to its bytes too, at the bound and beyond', () => {
    const queue = new SendQueue(100, 300);
    expect(queue.push(item(0x01, 0, 100))).toBe(0);
    expect(queue.push(item(0x01, 1, 100))).toBe(0);
    expect(queue.push(item(0x01, 2, 100))).toBe(0);
    expect(queue.bytes).toBe(300);
    expect(queue.push(item(0x22, 3, 101))).toBe(2);
    expect(queue.bytes).toBe(201);
  });

  it('says so when objects of windows alone are too many', () => {
    const queue = new SendQueue(2, 1_000_000);
    queue.push(item(0x20, 0));
    queue.push(item(0x23, 1));
    expect(queue.push(item(0x21, 2))).toBeUndefined();
  });
});
