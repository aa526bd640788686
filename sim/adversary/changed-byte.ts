import { fromHex, type Id, toHex } from '#core/bytes/bytes.ts';
import type { Result } from '#core/bytes/result.ts';
import { decodeHeader } from '#core/consensus/header.ts';
import type { Listed, ProtocolObject } from '#core/consensus/objects.ts';
import { decodeRegistration } from '#core/entry/registration.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';
import type { Stream } from '#sim/kernel/streams.ts';
import type { Answer, Lie } from './lying-server.ts';

/** Where the byte is: in a header, in the lists of an archive entry, in a body, in a certificate, in the records of a snapshot. */
export const PARTS = ['header', 'lists', 'body', 'certificate', 'chunk'] as const;
export type Part = (typeof PARTS)[number];

/** True answers but for one byte of each that has such a part, drawn from `draws`. What is made of it decodes. */
export const changedByte = (part: Part, draws: Stream): Lie => ({
  altered(answer): Answer {
    if (answer.type === 'archive-response' && (part === 'header' || part === 'lists')) {
      const change = part === 'header' ? withHeader : withList;
      return { ...answer, entries: withOne(answer.entries, draws, (entry) => change(entry, draws)) };
    }
    if (answer.type === 'object-response' && part === 'body') {
      return { ...answer, objects: withOne(answer.objects, draws, (object) => changedBody(object, draws)) };
    }
    if (answer.type === 'proof-response' && part === 'certificate') {
      const signatures = withOne(answer.signatures, draws, ({ nodeId, signature }) => ({
        nodeId,
        signature: changed(signature, draws),
      }));
      return { ...answer, signatures };
    }
    if (answer.type === 'snapshot-chunk' && part === 'chunk' && answer.records.length > 0) {
      return { ...answer, records: changed(answer.records, draws) };
    }
    return answer;
  },
});

/** One element, drawn, is another. */
const withOne = <T>(list: readonly T[], draws: Stream, change: (element: T) => T): readonly T[] => {
  if (list.length === 0) return list;
  const at = draws.below(list.length);
  return list.map((element, i) => (i === at ? change(element) : element));
};

/** A copy with one byte, drawn, different. */
const changed = (bytes: Uint8Array, draws: Stream): Uint8Array => {
  const copy = bytes.slice();
  const at = draws.below(copy.length);
  copy[at] = (copy[at] as number) ^ (1 + draws.below(255));
  return copy;
};

const changedId = (id: Id, draws: Stream): Id => toHex(changed(fromHex(id), draws));

/** The first of them that decodes: what does not never gets past the codec. */
const changedUntil = <T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => Result<T>, draws: Stream): T => {
  for (;;) {
    const decoded = decode(changed(bytes, draws));
    if (decoded.ok) return decoded.value;
  }
};

const withHeader = (entry: ArchiveEntry, draws: Stream): ArchiveEntry => ({
  ...entry,
  header: changedUntil(entry.header.bytes, decodeHeader, draws),
});

/** One of the lists that are not empty: the first is not, in no final window. */
const withList = (entry: ArchiveEntry, draws: Stream): ArchiveEntry => {
  const lists = (['bundles', 'reveals', 'operations', 'registrations'] as const).filter(
    (name) => entry[name].length > 0,
  );
  const name = lists[draws.below(lists.length)];
  switch (name) {
    case 'operations':
    case 'registrations':
      return { ...entry, [name]: withOne(entry[name], draws, (id) => changedId(id, draws)) };
    case 'bundles':
    case 'reveals':
      return { ...entry, [name]: withOne(entry[name], draws, (listed) => changedListed(listed, draws)) };
    default:
      return entry;
  }
};

const changedListed = ({ nodeId, hash }: Listed, draws: Stream): Listed =>
  draws.below(2) === 0 ? { nodeId: changedId(nodeId, draws), hash } : { nodeId, hash: changedId(hash, draws) };

const changedBody = (object: ProtocolObject, draws: Stream): ProtocolObject => {
  if (object.kind === 'operation') return changedUntil(object.bytes, decodeOperation, draws);
  if (object.kind === 'registration') return changedUntil(object.bytes, decodeRegistration, draws);
  return object;
};
