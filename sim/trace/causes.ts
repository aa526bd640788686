import type { Id } from '#core/bytes/bytes.ts';
import { PRECOMMIT, type ProtocolObject } from '#core/consensus/objects.ts';
import type { Notice } from '#core/host/host.ts';
import type { Scheduled } from '#core/participant/schedule.ts';
import type { Message } from '#core/wire/messages.ts';
import type { Deed, Witness } from '#sim/properties/types.ts';
import { describeObject } from '#sim/run/identify.ts';
import type { PropertyResult } from '#sim/run/result.ts';
import { Run, type RunOptions } from '#sim/run/run.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { hostNames } from '#sim/run/settings.ts';
import { linkEnds } from '#sim/world/connection.ts';
import { HAPPENINGS } from '#sim/world/types.ts';
import { Outages } from './outages.ts';
import { type Hop, Trail } from './trail.ts';
import { exactClockText, listed, nodeNames, shortId, type Timed } from './words.ts';

/** Lines of a chain at most. */
const MOST_LINES = 20;

/** Virtual time after the last word that a host accepted, within which the reason of its silence is looked for: two windows. */
const SILENCE = 120_000_000;

type Name = PropertyResult['name'];

/** A precommit for one of the objects: when it was first seen, and of which round. */
interface Ballot {
  readonly at: number;
  readonly round: number;
}

/** Whom a chain names. */
interface Names {
  readonly names: readonly string[];
  readonly nameOf: (nodeId: Id) => string;
  readonly hostOf: (nodeId: Id) => number | undefined;
}

/** Follows a few objects through a run. */
class Tracker {
  readonly #trails = new Map<Id, Trail>();
  /** For each object the nodes that precommitted it. */
  readonly #ballots = new Map<Id, Map<Id, Ballot>>();
  /** Certificates of hosts that made one of the objects final, by host and object. */
  readonly #certificates = new Map<string, readonly Id[]>();
  readonly #outages = new Outages();

  constructor(objects: Iterable<Id>) {
    for (const object of objects) {
      this.#trails.set(object, new Trail());
      this.#ballots.set(object, new Map());
    }
  }

  readonly happened: NonNullable<RunOptions['happenings']> = (at, what, who, content, subject) => {
    switch (what) {
      case HAPPENINGS.send:
      case HAPPENINGS.deliver:
        this.#message(at, what === HAPPENINGS.send, who, subject as Message);
        break;
      case HAPPENINGS.submit:
        this.#seen((subject as Scheduled).operation, (trail) => trail.begin(who, at, true), at);
        break;
      case HAPPENINGS.emit:
        this.#noticed(who, subject as Notice, at);
        break;
      case HAPPENINGS.cut:
      case HAPPENINGS.crash:
      case HAPPENINGS.start:
        this.#outages.happened(at, what, who, content);
    }
  };

  #noticed(host: number, notice: Notice, at: number): void {
    if (notice.type === 'published') this.#seen(notice.object, (trail) => trail.begin(host, at), at);
    else if (notice.type === 'final') {
      const { record } = notice;
      const { proposalHash } = record.settled.side;
      if (!this.#trails.has(proposalHash)) return;
      this.#certificates.set(
        `${host}/${proposalHash}`,
        record.certificate.map(({ nodeId }) => nodeId),
      );
    }
  }

  #message(at: number, isSent: boolean, link: number, message: Message): void {
    if (message.type === 'archive-response') {
      for (const { header } of message.entries) {
        const trail = this.#trails.get(header.id);
        if (trail !== undefined) pass(trail, isSent, link, at, true);
      }
      return;
    }
    const tell = (trail: Trail): void => pass(trail, isSent, link, at, false);
    if (message.type === 'object' || message.type === 'stem') this.#seen(message.object, tell, at);
    else if (message.type === 'object-response') for (const object of message.objects) this.#seen(object, tell, at);
  }

  #seen(object: ProtocolObject, tell: (trail: Trail) => void, at: number): void {
    const trail = this.#trails.get(object.id);
    if (trail !== undefined) {
      trail.object ??= object;
      tell(trail);
    }
    if (object.kind === 'vote' && object.phase === PRECOMMIT) {
      const ballots = this.#ballots.get(object.proposalHash);
      if (ballots !== undefined && !ballots.has(object.nodeId)) {
        ballots.set(object.nodeId, { at, round: object.round });
      }
    } else if (object.kind === 'proposal' && object.reproposal !== undefined) {
      // Proposed again in a later round, the same header goes round in another object.
      const again = this.#trails.get(object.header.id);
      if (again !== undefined) tell(again);
    }
  }

  /** The chains to what the hosts of a violation did, in the order of time. */
  chain(witness: Witness, names: Names): readonly string[] {
    const lines = [
      ...witness.flatMap((deed) => this.#pathTo(deed, names)),
      ...this.#onBothSides(witness, names),
      ...witness.flatMap(({ at, isSilence }) => (isSilence ? this.#outages.lines(at + SILENCE, names.names) : [])),
    ];
    lines.sort((a, b) => a.at - b.at);
    const texts = lines.map(({ at, text }) => `${exactClockText(at)}  ${text}`);
    return shortened([...new Set(texts)]);
  }

  #pathTo({ host, at, object, what }: Deed, names: Names): readonly Timed[] {
    const trail = this.#trails.get(object) as Trail;
    const hops = trail.to(host).map((hop) => ({ at: hop.at, text: hopInWords(hop, trail.object, object, names) }));
    const certificate = this.#certificates.get(`${host}/${object}`) ?? [];
    const count = certificate.length === 0 ? '' : `, by precommits of ${certificate.length} nodes`;
    return [...hops, { at, text: `${names.names[host]} ${what}${count}` }];
  }

  /** Nodes whose precommits are on both sides of a fork: those in both certificates, else those seen. */
  #onBothSides([a, b]: Witness, { nameOf, hostOf }: Names): readonly Timed[] {
    if (a === undefined || b === undefined || a.object === b.object) return [];
    const [ofA, ofB] = [this.#ballots.get(a.object), this.#ballots.get(b.object)];
    if (ofA === undefined || ofB === undefined) return [];
    const groups = new Map<string, { at: number; nodes: Id[] }>();
    const counts = (deed: Deed, node: Id): boolean =>
      this.#certificates.get(`${deed.host}/${deed.object}`)?.includes(node) ?? true;
    for (const [node, ballot] of ofA) {
      const other = ofB.get(node);
      if (other === undefined || !counts(a, node) || !counts(b, node)) continue;
      const text =
        `precommitted ${shortId(a.object)} in round ${ballot.round} ` +
        `and ${shortId(b.object)} in round ${other.round}`;
      const group = groups.get(text) ?? { at: 0, nodes: [] };
      groups.set(text, group);
      group.at = Math.max(group.at, ballot.at, other.at);
      group.nodes.push(node);
    }
    return [...groups].map(([text, { at, nodes }]) => {
      nodes.sort((x, y) => (hostOf(x) ?? 0) - (hostOf(y) ?? 0));
      return { at, text: `by now ${listed(nodes.map(nameOf))} ${nodes.length === 1 ? 'has' : 'have'} ${text}` };
    });
  }
}

const pass = (trail: Trail, isSent: boolean, link: number, at: number, isArchive: boolean): void => {
  const { from, to } = linkEnds(link);
  if (isSent) trail.begin(from, at);
  else trail.deliver(from, to, at, isArchive);
};

const signerOf = (object: ProtocolObject): Id | undefined => {
  switch (object.kind) {
    case 'proposal':
      return object.header.proposerNodeId;
    case 'bundle':
    case 'reveal':
    case 'vote':
      return object.nodeId;
    default:
      return undefined;
  }
};

const hopInWords = (
  { host, from, isUsers, isArchive }: Hop,
  object: ProtocolObject | undefined,
  id: Id,
  { names, nameOf, hostOf }: Names,
): string => {
  const own = names[host];
  if (from !== undefined)
    return `${own} has ${shortId(id)} from ${names[from]}${isArchive ? ', as an archive entry' : ''}`;
  const what = object === undefined ? shortId(id) : describeObject(object, nameOf);
  if (isUsers) return `${own} is handed ${what} by its user`;
  const signer = object === undefined ? undefined : signerOf(object);
  return `${own} ${signer !== undefined && hostOf(signer) === host ? 'signs' : 'sends'} ${what}`;
};

/** At most `MOST_LINES`: what is too much is left out in the middle. */
export const shortened = (lines: readonly string[]): readonly string[] => {
  if (lines.length <= MOST_LINES) return lines;
  const before = MOST_LINES >> 1;
  const after = MOST_LINES - before - 1;
  return [...lines.slice(0, before), `… ${lines.length - before - after} more`, ...lines.slice(lines.length - after)];
};

/**
 * The chain of messages that led first from the cause of each violation to the hosts that show it. The run is made again up to the last
 * of them, and of all messages only those that carry an object of a witness are followed. `options`: those of the run that was judged.
 */
export const findCauses = (
  scenario: Scenario,
  witnesses: ReadonlyMap<Name, Witness>,
  options: Pick<RunOptions, 'planted' | 'progress'> = {},
): ReadonlyMap<Name, readonly string[]> => {
  const deeds = [...witnesses.values()].flat();
  const tracker = new Tracker(deeds.map(({ object }) => object));
  const until = Math.max(-1, ...deeds.map(({ at, isSilence }) => (isSilence ? at + SILENCE : at)));
  const run: Run = new Run(scenario, { ...options, happenings: tracker.happened });
  while (run.world.now <= until && run.advance());
  const names = hostNames(scenario.nodes);
  const called = { names, nameOf: nodeNames(run, names), hostOf: run.hostOf };
  return new Map([...witnesses].map(([name, witness]) => [name, tracker.chain(witness, called)]));
};
