import type { Id } from '../bytes/bytes.ts';
import type { ProtocolObject } from '../consensus/objects.ts';
import { type Get, messageOf } from './flatten.ts';
import type { FlatEffect, FlatInput, FlatMessage, FlatNotice } from './layouts.ts';

const short = (id: Id): string => id.slice(0, 8);

const slot = (node: Id, window: number): string => `of ${short(node)} for window ${window}`;

const objectInWords = (object: ProtocolObject | undefined): string => {
  if (object === undefined) return 'an object the journal does not hold';
  const name = short(object.id);
  switch (object.kind) {
    case 'bundle':
    case 'reveal':
      return `${object.kind} ${name} ${slot(object.nodeId, object.window)}`;
    case 'vote': {
      const phase = object.phase === 1 ? 'prevote' : 'precommit';
      return `${phase} ${slot(object.nodeId, object.window)}, round ${object.round}, for ${short(object.proposalHash)}`;
    }
    case 'proposal': {
      const again = object.reproposal === undefined ? '' : ` again in round ${object.reproposal.round}`;
      return `proposal ${name} ${slot(object.header.proposerNodeId, object.header.window)}${again}`;
    }
    case 'evidence':
      return `evidence ${name} against ${short(object.signer)} in window ${object.window}`;
    case 'operation':
      return `${object.type} ${name}`;
    case 'registration':
    case 'openings':
      return `${object.kind} ${name}`;
  }
};

const messageInWords = (message: FlatMessage, get: Get): string => {
  switch (message.type) {
    case 'object':
      return objectInWords(get(message.object));
    case 'stem':
      return `${objectInWords(get(message.object))} on its stem`;
    case 'object-response':
      return `object-response with ${message.objects.length} objects`;
    case 'proof-response':
      return `proof-response of window ${message.window} with ${message.votes.length} signatures`;
    case 'wire': {
      const decoded = messageOf(message, get);
      if (decoded === undefined) return 'bytes that are no message';
      return 'window' in decoded ? `${decoded.type} of window ${decoded.window}` : decoded.type;
    }
  }
};

/** What a stretch belongs to: `CHAINS`. */
const chainInWords = (chain: number): string =>
  ['T', 'candidate chain', 'chain being checked', 'chain being measured'][chain] ?? 'no chain';

export const inputInWords = (input: FlatInput, get: Get): string => {
  switch (input.type) {
    case 'start':
      return `start with ${input.durable} durable records${input.staged > 0 ? `, ${input.staged} writes of a snapshot` : ''}`;
    case 'message':
      return `message from peer ${input.peer}: ${messageInWords(input.message, get)}`;
    case 'peer-up':
      return `peer ${input.peer} up`;
    case 'peer-down':
      return `peer ${input.peer} down`;
    case 'timer':
    case 'alarm':
      return input.type;
    case 'done':
      return `${chainInWords(input.chain)} of window ${input.window} hashed: ${short(input.value)}`;
    case 'submit':
      return `submit ${objectInWords(get(input.object))}${input.notBefore > 0 ? `, not before window ${input.notBefore}` : ''}`;
  }
};

const noticeInWords = (notice: FlatNotice, get: Get): string => {
  switch (notice.type) {
    case 'final':
      return `window ${notice.window} final in round ${notice.round} with state root ${short(notice.stateRoot)}`;
    case 'confirmed':
      return `operation ${short(notice.operation)} confirmed in window ${notice.window}`;
    case 'standing':
      return `standing in window ${notice.window}, round ${notice.round}, valid round ${notice.validRound}`;
    case 'entered':
      return `window ${notice.window} entered`;
    case 'timechain':
      return `T of window ${notice.window} known`;
    case 'published':
    case 'accepted':
    case 'evidence':
      return `${notice.type} ${objectInWords(get(notice.object))}`;
    case 'submitted':
      return `submitted ${objectInWords(get(notice.object))}: ${notice.verdict.type}`;
    case 'penalty':
      return `penalty for peer ${notice.peer}: ${notice.reason}`;
    case 'stop':
      return `stop: ${notice.reason}`;
    case 'catch-up':
      return `catch-up: ${notice.done} of ${notice.total} ${notice.phase}`;
    case 'advice':
      return notice.text;
  }
};

export const effectInWords = (effect: FlatEffect, get: Get): string => {
  switch (effect.type) {
    case 'send':
      return `send to peer ${effect.peer}: ${messageInWords(effect.message, get)}`;
    case 'timer':
    case 'alarm':
      return effect.at === undefined ? `no ${effect.type}` : `${effect.type} at ${effect.at}`;
    case 'work':
    case 'cancel':
      return (
        `${effect.type}: ${effect.iterations} iterations from ${short(effect.from)} ` +
        `${effect.chain === 0 ? '' : `of the ${chainInWords(effect.chain)} `}for window ${effect.window}`
      );
    case 'persist': {
      const parts: string[] = [];
      if (effect.final !== undefined) parts.push(`window ${effect.final.window} final`);
      if (effect.open !== undefined) {
        const { window, round, signed, locked, chain } = effect.open;
        const lock = locked === undefined ? '' : `, locked in round ${locked.round}`;
        parts.push(`window ${window} open in round ${round}, ${signed.length} objects signed${lock}`);
        if (chain !== undefined) parts.push(`candidate chain of length ${chain.length} since window ${chain.wStart}`);
      }
      return `persist ${parts.join('; ')}`;
    }
    case 'adopt':
      return `adopt the snapshot of window ${effect.window} with state root ${short(effect.stateRoot)}`;
    case 'notice':
      return `notice: ${noticeInWords(effect.notice, get)}`;
  }
};
