import type { Tone } from './text.ts';

/** One line of the log. */
export interface Event {
  /** The window that was open. */
  readonly window: number;
  /** Virtual microseconds. */
  readonly at: number;
  readonly text: string;
  readonly tone: Tone;
}

/** Lines kept: more than any terminal shows. */
const KEPT = 256;

/** How what befalls hosts reads: of one, and of several. */
const VERBS = {
  crash: ['crashes', 'crash', 'bad'],
  restart: ['restarts', 'restart', 'good'],
} as const;

/** What happened, oldest first. What befalls several hosts at once is one line, and so are the penalties of a window. */
export class EventLog {
  readonly #events: { window: number; at: number; text: string; tone: Tone }[] = [];
  #gathered: { readonly at: number; readonly what: keyof typeof VERBS; readonly names: string[] } | undefined;
  #counted:
    | { readonly window: number; readonly event: { text: string }; readonly counts: Map<string, number> }
    | undefined;

  get events(): readonly Event[] {
    return this.#events;
  }

  /** Returns the line: its text may be changed later. */
  tell(window: number, at: number, text: string, tone: Tone): { text: string } {
    const event = { window, at, text, tone };
    this.#gathered = undefined;
    this.#add(event);
    return event;
  }

  gather(window: number, at: number, what: keyof typeof VERBS, name: string): void {
    const [one, many, tone] = VERBS[what];
    const before = this.#gathered;
    if (before?.at === at && before.what === what) {
      before.names.push(name);
      const last = this.#events.at(-1);
      if (last !== undefined) last.text = `${hostsText(before.names)} ${many}`;
      return;
    }
    this.#add({ window, at, text: `${name} ${one}`, tone });
    this.#gathered = { at, what, names: [name] };
  }

  /** Counts penalties: all of a window are one line, the most frequent reason first. */
  penalty(window: number, at: number, reason: string): void {
    if (this.#counted?.window !== window) {
      this.#counted = { window, event: this.tell(window, at, '', 'warn'), counts: new Map() };
    }
    const { event, counts } = this.#counted;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const sorted = [...counts].sort(([, a], [, b]) => b - a);
    event.text = `penalties: ${sorted.map(([name, count]) => `${count} ${name}`).join(', ')}`;
  }

  #add(event: { window: number; at: number; text: string; tone: Tone }): void {
    this.#events.push(event);
    if (this.#events.length > KEPT) this.#events.shift();
  }
}

/** Some hosts in a few cells: all of three, else the first, the last and how many. */
export const hostsText = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names[0]} … ${names.at(-1)} (${names.length})`;
