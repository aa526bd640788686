import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as api from '#node/api/client.ts';
import { Refused } from '#node/config/refused.ts';
import type { Devnet } from './devnet.ts';
import type { Owner } from './owner.ts';

/** Milliseconds between two requests. */
const PAUSE = 20;

/** What a request over TCP may be answered with. */
const GOOD = [200, 429, 503];

/** Asks the founders' APIs one request after another, over socket and TCP, while they are killed: what they say must be whole, and stay true. */
export class Questions {
  answered = 0;
  refused = 0;
  readonly #devnet: Devnet;
  readonly #owners: readonly Owner[];
  readonly #random: () => number;
  /** The last final window that each node told. */
  readonly #told = new Map<number, number>();

  constructor(devnet: Devnet, owners: readonly Owner[], random: () => number) {
    this.#devnet = devnet;
    this.#owners = owners;
    this.#random = random;
  }

  /** Asks until `signal`. Throws `Refused` for an answer that is none, or takes back a window. */
  async ask(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const node = Math.floor(this.#random() * this.#devnet.founders.length);
      try {
        const window = await this.#one(node);
        this.answered++;
        const before = this.#told.get(node) ?? -1;
        if (window !== undefined && window < before) {
          throw new Error(`node-${node} said that window ${before} is final, and now that ${window} is the last`);
        }
        if (window !== undefined) this.#told.set(node, window);
      } catch (error) {
        if (!(error instanceof Refused)) throw new Refused(`a request to node-${node}: ${String(error)}`);
        if (/of this version|no Montana node/.test(error.message)) throw error;
        this.refused++;
      }
      await wait(PAUSE);
    }
  }

  /** The last final window, where the answer names it. */
  async #one(node: number): Promise<number | undefined> {
    const { folder } = this.#devnet.founders[node]!;
    const { socket } = folder;
    const owner = this.#owners[Math.floor(this.#random() * this.#owners.length)]!;
    switch (Math.floor(this.#random() * 6)) {
      case 0:
        return (await this.#devnet.status(node))?.standing.finalWindow;
      case 1:
        await api.historyOf(socket, owner.account);
        return undefined;
      case 2:
        await api.accountProofOf(socket, owner.account);
        return undefined;
      case 3:
        return (await api.nextWindow(socket, -1))?.window;
      case 4:
        await overTcp(folder);
        return undefined;
      default:
        return (await api.accountOf(socket, owner.account)).window;
    }
  }
}

/** `GET /metrics` with the token. Throws `Refused` where nobody listens. */
const overTcp = async ({ address, token }: { readonly address: string; readonly token: string }): Promise<void> => {
  let status: number;
  try {
    const at = readFileSync(address, 'utf8').trim();
    const authorization = `Bearer ${readFileSync(token, 'utf8').trim()}`;
    const response = await fetch(`http://${at}/metrics`, { headers: { authorization } });
    await response.text();
    ({ status } = response);
  } catch (error) {
    throw new Refused(`nobody answers: ${String(error)}`);
  }
  if (!GOOD.includes(status)) throw new Error(`/metrics is answered with ${status}`);
};
