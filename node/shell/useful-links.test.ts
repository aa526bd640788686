import { expect, test } from 'vitest';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import type { Message } from '#core/wire/messages.ts';
import { UsefulLinks } from './useful-links.ts';

const objectOf = (kind: ProtocolObject['kind']): ProtocolObject => ({ kind }) as ProtocolObject;
const gossiped = (kind: ProtocolObject['kind']): Message => ({ type: 'object', object: objectOf(kind) });

test('who brought something is told of once, and whether a proposal was among it', () => {
  const links = new UsefulLinks();
  links.add(1, gossiped('operation'));
  links.add(2, gossiped('proposal'));
  links.add(2, gossiped('operation'));
  const response = { type: 'object-response', requestId: 1, stopped: false } as const;
  links.add(3, { ...response, objects: [objectOf('bundle'), objectOf('proposal')] });
  links.add(4, { ...response, objects: [] });
  expect(links.take()).toEqual([
    { link: 1, isProposal: false },
    { link: 2, isProposal: true },
    { link: 3, isProposal: true },
  ]);
  expect(links.take()).toEqual([]);
});
