import { readConfig } from '#node/config/config.ts';
import { type Config, KEY_NAMES, type KeyName } from '#node/config/keys.ts';
import { FileFaults, Refused } from '#node/config/refused.ts';

/** Keys whose new value counts while the node runs. Connections that are open stay, whatever they say. */
const LIVE = new Set<KeyName>([
  'announce',
  'peers',
  'maxOutbound',
  'maxInbound',
  'discover',
  'admitObservers',
  'logLevel',
]);

export interface Reload {
  /** The settings from now on. */
  readonly config: Config;
  readonly applied: KeyName[];
  readonly needsRestart: KeyName[];
}

/** What the file says otherwise than the node was told. Throws `Refused` with the first fault of the file. */
export const reread = (file: string, now: Config): Reload => {
  const read = readNow(file);
  const changed = KEY_NAMES.filter((name) => JSON.stringify(read[name]) !== JSON.stringify(now[name]));
  const applied = changed.filter((name) => LIVE.has(name));
  const config = { ...now, ...Object.fromEntries(applied.map((name) => [name, read[name]])) };
  return { config, applied, needsRestart: changed.filter((name) => !LIVE.has(name)) };
};

const readNow = (file: string): Config => {
  try {
    return readConfig(file);
  } catch (error) {
    if (!(error instanceof FileFaults)) throw error;
    const [first, ...others] = error.message.split('\n');
    throw new Refused(others.length === 0 ? error.message : `${first} (and ${others.length} more)`);
  }
};
