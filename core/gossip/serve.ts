import type { ProtocolObject } from '../consensus/objects.ts';
import { MAX_PAYLOAD } from '../wire/envelope.ts';
import type { ObjectRequest, ObjectResponse, Want } from '../wire/messages.ts';
import { bodySize, sizeOnWire } from '../wire/size.ts';
import { hasBit } from './bits.ts';
import type { Link } from './links.ts';
import type { Shared } from './shared.ts';

/** Answers a Want with the objects held, up to four rosters of each kind per link and window (09 §10.7). */
export const serveWant = (shared: Shared, link: Link, want: Want): void => {
  const sets = shared.sets(want.window);
  if (sets === undefined) return;
  for (const { kind, round, bitmap } of want.sets) {
    const set = sets.find(kind, round);
    if (set === undefined || bitmap.length !== sets.mapBytes) continue;
    for (let slot = 0; slot < set.size; slot++) {
      const message = set.items[slot];
      if (message === undefined || !hasBit(bitmap, slot)) continue;
      if (link.answered[kind] >= 4 * sets.size) break;
      link.answered[kind]++;
      set.know(link.index, slot);
      shared.ports.send(link.peer, message);
    }
  }
};

/** Answers a 0x45 with what is held or stored, in request order, up to 1 MiB; unknown names are left out (09 §3). */
export const serveObjects = (shared: Shared, link: Link, request: ObjectRequest): void => {
  const objects: ProtocolObject[] = [];
  let size = OBJECTS_HEAD;
  let stopped = false;
  for (const name of request.names) {
    const object = shared.names.object(name) ?? shared.ports.lookup(name);
    if (object === undefined) continue;
    size += bodySize(object);
    if (size > MAX_PAYLOAD) {
      stopped = true;
      break;
    }
    objects.push(object);
    shared.names.get(name.id)?.known.add(link.index);
  }
  const response: ObjectResponse = { type: 'object-response', requestId: request.requestId, objects, stopped };
  link.bytesOut += sizeOnWire(response);
  shared.ports.send(link.peer, response);
};

/** Count and last byte of a 0x46. */
const OBJECTS_HEAD = 3;
