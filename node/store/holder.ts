import { readFileSync } from 'node:fs';
import { ascii } from '#core/bytes/bytes.ts';
import { layout, u32 } from '#core/bytes/layout.ts';
import { text } from '#core/journal/kinds.ts';
import type { Database } from './environment.ts';
import { sound } from './store-error.ts';

/** The process that writes a store: pid, when it started and in which run of the machine; empty where the system does not say. */
const HOLDER = layout('StoreHolder', { pid: u32, started: text, boot: text });

type Process = ReturnType<typeof HOLDER.read>;

const KEY = ascii('holder');

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
};

/** Fields of /proc/<pid>/stat behind the command, which is in brackets and may hold anything: the state is the first of them. */
const STATE = 0;
const START_TIME = 19;

const statOf = (pid: number): readonly string[] => {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const processOf = (pid: number): Process => ({
  pid,
  started: statOf(pid)[START_TIME] ?? '',
  boot: read('/proc/sys/kernel/random/boot_id'),
});

/** A pid may be that of another process by now, or of one that is dead and not yet buried. */
const isRunning = ({ pid, started, boot }: Process): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = processOf(pid);
  return statOf(pid)[STATE] !== 'Z' && now.started === started && now.boot === boot;
};

/** The pid that holds the store, if its process lives. */
export const holderOf = (database: Database): number | undefined => {
  const bytes = database.get(KEY);
  if (bytes === undefined) return undefined;
  const holder = sound(HOLDER.decode(bytes));
  return isRunning(holder) ? holder.pid : undefined;
};

/** Inside the transaction that looked for a holder: transactions of processes follow one another, so no two become it. */
export const hold = (database: Database): void => database.put(KEY, HOLDER.encode(processOf(process.pid)));

/** Inside a transaction. */
export const release = (database: Database): void => database.remove(KEY);
