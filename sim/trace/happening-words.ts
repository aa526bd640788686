import type { Notice } from '#core/host/host.ts';
import type { DiskRecord } from '#core/journal/disk.ts';
import type { Scheduled } from '#core/participant/schedule.ts';
import type { ChainJob } from '#core/participant/types.ts';
import type { Message } from '#core/wire/messages.ts';
import { describe, describeObject } from '#sim/run/identify.ts';
import { linkEnds } from '#sim/world/connection.ts';
import { HAPPENINGS } from '#sim/world/types.ts';
import type { Recorded, Recording } from './recording.ts';
import { shortId } from './words.ts';

type Names = Pick<Recording, 'names' | 'nameOf'>;

/** What happened, as a clause: "n003 receives from n001: prevote of n002 …". */
export const happeningInWords = ({ what, who, content, subject }: Recorded, { names, nameOf }: Names): string => {
  const host = names[who] ?? '';
  switch (what) {
    case HAPPENINGS.start:
      return content === 0 ? `${host} starts` : `${host} starts again, restart ${content}`;
    case HAPPENINGS.crash:
      return `${host} crashes`;
    case HAPPENINGS.cut:
      if (content > 0) return `${host} is in group ${content} of the cut network`;
      return who === 0 ? 'all cuts are healed' : `the network is cut: ${who} groups and the rest`;
    case HAPPENINGS.submit:
      return `${host} is handed ${describeObject((subject as Scheduled).operation, nameOf)} by its user`;
    case HAPPENINGS.dial:
      return `${host} dials ${names[content]}`;
    case HAPPENINGS.dialFailed:
      return `${host} could not reach ${names[content]}`;
    case HAPPENINGS.handshake: {
      const { from, to } = linkEnds(who);
      return `${names[to]} receives from ${names[from]}: step ${content} of the handshake`;
    }
    case HAPPENINGS.peerUp:
      return `${host} has a new connection, peer ${content}`;
    case HAPPENINGS.peerDown:
      return `${host} loses its connection to peer ${content}`;
    case HAPPENINGS.send: {
      const { from, to } = linkEnds(who);
      return `${names[from]} sends to ${names[to]}: ${describe(subject as Message, nameOf)}`;
    }
    case HAPPENINGS.deliver: {
      const { from, to } = linkEnds(who);
      return `${names[to]} receives from ${names[from]}: ${describe(subject as Message, nameOf)}`;
    }
    case HAPPENINGS.overflow:
      return `${host} drops, its inbox being full: ${describe(subject as Message, nameOf)}`;
    case HAPPENINGS.timer:
      return `${host} is woken by its timer`;
    case HAPPENINGS.alarm:
      return `${host} is woken by its count of hashes`;
    case HAPPENINGS.work:
      return `${host} queues the ${chainOf(subject)}, ${(subject as ChainJob).iterations} hashes`;
    case HAPPENINGS.cancel:
      return `${host} gives up the ${chainOf(subject)}`;
    case HAPPENINGS.done:
      return `${host} has hashed the ${chainOf(subject)}`;
    case HAPPENINGS.persist:
      return `${host} writes ${recordInWords(subject as DiskRecord)}`;
    case HAPPENINGS.emit:
      return `${host} ${noticeInWords(subject as Notice, nameOf)}`;
  }
};

const chainOf = (subject: unknown): string => {
  const { type, window } = subject as ChainJob;
  return `${{ chain: 'chain', candidate: 'candidate chain', check: 'chain being checked,', measure: 'chain being measured,' }[type]} of window ${window}`;
};

const recordInWords = ({ final, open, adopted }: DiskRecord): string => {
  const parts = [
    ...(adopted === undefined ? [] : [`the snapshot of window ${adopted.window}`]),
    ...(final === undefined ? [] : [`final window ${final.settled.window}`]),
    ...(open === undefined ? [] : [`what it signed in window ${open.window}: ${open.signed.length} objects`]),
  ];
  return parts.length === 0 ? 'an empty record' : parts.join(' and ');
};

/** What a host tells, as the rest of a sentence that begins with its name. */
export const noticeInWords = (notice: Notice, nameOf: Names['nameOf']): string => {
  switch (notice.type) {
    case 'final': {
      const { window, side } = notice.record.settled;
      return `makes proposal ${shortId(side.proposalHash)} of window ${window} final in round ${notice.round}`;
    }
    case 'confirmed':
      return `shows operation ${shortId(notice.notice.operation)} as confirmed in window ${notice.notice.window}`;
    case 'standing':
      return `stands in window ${notice.standing.window}, round ${notice.standing.round}`;
    case 'entered':
      return `enters window ${notice.window}`;
    case 'timechain':
      return `knows T of window ${notice.window}`;
    case 'published':
      return `publishes ${describeObject(notice.object, nameOf)}`;
    case 'accepted':
      return `accepts ${describeObject(notice.object, nameOf)}`;
    case 'evidence':
      return `holds evidence against ${nameOf(notice.evidence.signer)}`;
    case 'submitted':
      return `answers its user: operation ${shortId(notice.operation.id)}: ${notice.verdict.type}`;
    case 'penalty':
      return `blames peer ${notice.peer}: ${notice.reason}`;
    case 'catch-up':
      return `catches up: ${notice.done} of ${notice.total}, ${notice.phase}`;
    case 'advice':
      return `tells its operator: ${notice.text}`;
    case 'stop':
      return `stops: ${notice.reason}`;
  }
};
