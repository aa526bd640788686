import fc from 'fast-check';

/*
 * What a walk is made of. Commands are plain data, and everything in them is relative: accounts and nodes are counted in ascending
 * order, modulo how many there are, when the command is carried out. So any part of a walk is a walk.
 */

/** What an operation's sender does wrong. */
export type OperationFlaw =
  | 'none'
  /** Names no account. */
  | 'sender'
  | 'prevHash'
  | 'signature'
  /** Sends to itself. */
  | 'self'
  /** To an account that is not there (Transfer), or that is there already (TransferModeB). */
  | 'receiver'
  /** An account identifier, or a key, of another suite. */
  | 'suite'
  /** A receiver that is not the hash of its key. */
  | 'binding';

/** What a candidate does wrong, besides bad timing; `node`, `operator`: anybody's, `key`: of an account with another key by now. */
export type RegistrationFlaw =
  | 'none'
  | 'node'
  | 'operator'
  | 'key'
  | 'suite'
  | 'binding'
  | 'proof'
  | 'possession'
  | 'signature';

/**
 * When a candidate's chain began: so that it just ends, too late, at the last moment, at the horizon of 05 §3, beyond it, in the
 * first window whose values the side state still has, in the one before.
 */
export type ChainAge = 'fitting' | 'late' | 'latest' | 'horizon' | 'old' | 'remembered' | 'forgotten';
/** Its length: what is required, one less, the least ever, or more windows than there have been. */
export type ChainLength = 'required' | 'short' | 'base' | 'over';

export type Amount = 'some' | 'all' | 'one' | 'more' | 'zero';

export type Command =
  /** Closes so many windows; operations and registrations since the last are in the first of them. */
  | { readonly do: 'pass'; readonly windows: number }
  | {
      readonly do: 'send';
      readonly from: number;
      readonly to: number;
      readonly amount: Amount;
      readonly flaw: OperationFlaw;
    }
  /** Creates the account of key `key`, anew where it was pruned. */
  | {
      readonly do: 'create';
      readonly from: number;
      readonly key: number;
      readonly amount: Amount;
      readonly flaw: OperationFlaw;
    }
  /** To another key; 0: back to the first. `waits`: the operator of a candidate, if there is one. */
  | {
      readonly do: 'rekey';
      readonly from: number;
      readonly key: number;
      readonly waits: boolean;
      readonly flaw: OperationFlaw;
    }
  | { readonly do: 'anchor'; readonly from: number; readonly data: number; readonly flaw: OperationFlaw }
  /** Node key `node` applies, with the account of key `operator`. */
  | {
      readonly do: 'register';
      readonly node: number;
      readonly operator: number;
      readonly age: ChainAge;
      readonly length: ChainLength;
      readonly flaw: RegistrationFlaw;
    }
  /** A node neither confirms nor reveals for `epochs` · τ₂ + `windows`, as far as the others reach quorum. */
  | { readonly do: 'silence'; readonly node: number; readonly epochs: number; readonly windows: number }
  /** From now on so much of the active weight takes part, in percent. */
  | { readonly do: 'presence'; readonly percent: number }
  /** Reveals that the next window leaves out, one bit each; −1: all. */
  | { readonly do: 'hide'; readonly mask: number }
  /** The next window is closed by the leader of that depth. */
  | { readonly do: 'deputy'; readonly depth: number }
  /** The next window is applied, lost, and applied again on what was durable. */
  | { readonly do: 'crash' };

/** Commands that make an operation, and the one that makes a registration. */
export type OperationCommand = Extract<Command, { readonly do: 'send' | 'create' | 'rekey' | 'anchor' }>;
export type RegisterCommand = Extract<Command, { readonly do: 'register' }>;

const index = fc.nat({ max: 31 });
const amount = fc.constantFrom<Amount>('some', 'some', 'some', 'all', 'all', 'one', 'more', 'zero');

/** Plain objects, as a counterexample is written. */
const record = <T>(fields: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;

/** Mostly none. */
const flaw = <F>(...flaws: readonly F[]): fc.Arbitrary<F> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(flaws[0] as F) }, { weight: 1, arbitrary: fc.constantFrom(...flaws) });

const only = <D extends Command['do']>(name: D): fc.Arbitrary<D> => fc.constant(name);

/** Three flaws any operation can have. */
const OWN = ['none', 'sender', 'prevHash', 'signature'] as const;

export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 9, arbitrary: record({ do: only('pass'), windows: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 7,
    arbitrary: record({
      do: only('send'),
      from: index,
      to: index,
      amount,
      flaw: flaw<OperationFlaw>(...OWN, 'self', 'receiver'),
    }),
  },
  {
    weight: 5,
    arbitrary: record({
      do: only('create'),
      from: index,
      key: index,
      amount,
      flaw: flaw<OperationFlaw>(...OWN, 'receiver', 'suite', 'binding', 'self'),
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: only('rekey'),
      from: index,
      key: fc.nat({ max: 3 }),
      waits: fc.boolean(),
      flaw: flaw<OperationFlaw>(...OWN, 'suite'),
    }),
  },
  {
    weight: 2,
    arbitrary: record({ do: only('anchor'), from: index, data: index, flaw: flaw<OperationFlaw>(...OWN) }),
  },
  {
    weight: 5,
    arbitrary: record({
      do: only('register'),
      node: index,
      operator: index,
      age: flaw<ChainAge>('fitting', 'late', 'latest', 'horizon', 'old', 'remembered', 'forgotten'),
      length: flaw<ChainLength>('required', 'short', 'base', 'over'),
      flaw: flaw<RegistrationFlaw>(
        'none',
        'node',
        'operator',
        'key',
        'suite',
        'binding',
        'proof',
        'possession',
        'signature',
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: only('silence'),
      node: index,
      epochs: fc.constantFrom(0, 0, 0, 1, 1, 2, 2, 9),
      windows: fc.nat({ max: 3 }),
    }),
  },
  { weight: 2, arbitrary: record({ do: only('presence'), percent: fc.constantFrom(67, 80, 85, 90, 95, 95, 100) }) },
  { weight: 1, arbitrary: record({ do: only('hide'), mask: fc.oneof(fc.constant(-1), fc.nat({ max: 0xffff })) }) },
  {
    weight: 1,
    arbitrary: record({ do: only('deputy'), depth: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(255)) }),
  },
  { weight: 1, arbitrary: record({ do: only('crash') }) },
);

const isPass = (command: Command): command is Command & { readonly do: 'pass' } => command.do === 'pass';

/** Commands that close windows closing fewer, one at a time. */
export function* simpler(walk: readonly Command[]): IterableIterator<readonly Command[]> {
  for (const [at, command] of walk.entries()) {
    if (!isPass(command) || command.windows === 1) continue;
    yield walk.with(at, { ...command, windows: 1 });
    if (command.windows > 2) yield walk.with(at, { ...command, windows: command.windows - 1 });
  }
}

/** A walk without a stretch of it: long stretches first, from the end. */
export function* shorter(
  walk: readonly Command[],
  longest: number,
): IterableIterator<readonly [readonly Command[], number]> {
  for (let length = Math.min(longest, walk.length); length > 0; length = Math.floor(length / 2)) {
    for (let end = walk.length; end > 0; end -= length) {
      yield [walk.toSpliced(Math.max(0, end - length), Math.min(length, end)), length];
    }
  }
}

/** Where a walk ended that broke something: how many of its commands were carried out. */
const broken = new WeakMap<readonly Command[], number>();

export const breaksAfter = (walk: readonly Command[], carriedOut: number): void => {
  broken.set(walk, carriedOut);
};

/**
 * Walks of so many commands. They shrink by what a list of relative commands allows: first everything after the command that broke
 * is cut, then stretches are left out, last passes get shorter; so a walk of thousands comes down in tens of attempts.
 */
export class Walks extends fc.Arbitrary<readonly Command[]> {
  readonly #all: fc.Arbitrary<readonly Command[]>;

  constructor(length: number) {
    super();
    this.#all = fc.array(commands, { minLength: length, maxLength: length, size: 'max' });
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<readonly Command[]> {
    return new fc.Value(this.#all.generate(random, bias).value, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is readonly Command[] {
    return Array.isArray(value);
  }

  /** `context`: length of the stretch that was left out last. */
  override shrink(value: readonly Command[], context: unknown): fc.Stream<fc.Value<readonly Command[]>> {
    return fc.stream(this.#candidates(value, typeof context === 'number' ? context : undefined));
  }

  *#candidates(value: readonly Command[], longest: number | undefined): IterableIterator<fc.Value<readonly Command[]>> {
    const end = broken.get(value) ?? value.length;
    const walk = value.slice(0, end);
    if (end < value.length) yield new fc.Value(walk, longest);
    for (const [candidate, length] of shorter(walk, longest ?? walk.length)) yield new fc.Value(candidate, length);
    for (const candidate of simpler(walk)) yield new fc.Value(candidate, 1);
  }
}
