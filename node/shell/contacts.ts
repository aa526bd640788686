import type { Id } from '#core/bytes/bytes.ts';
import { peerId } from '#core/crypto/ids.ts';
import { type Address, addressKey } from '#core/peers/address.ts';
import type { Contact } from '#core/peers/table.ts';
import { parseAddress } from '#node/config/addresses.ts';
import type { Link } from '#node/transport/transport.ts';
import { addressOf, multiaddrOf, placeholder } from './peer-address.ts';

/** A peer that the configuration names. */
interface Configured {
  readonly peerId: string;
  readonly multiaddr: string;
  readonly address: Address;
}

/** How an address is dialled. */
export interface Target {
  readonly address: Address;
  /** With `/p2p/Qm…` where the operator pinned the key. */
  readonly multiaddr: string;
  /** Who listens there, as others say; undefined: the pin says it. */
  readonly expected: ReadonlySet<Id> | undefined;
}

/** The operator's contacts, and what addresses mean to the transport. */
export class Contacts {
  readonly #configured: readonly Configured[];

  /** `ownPeerId`: of this node, which is left out of `peers`. */
  constructor(peers: readonly string[], ownPeerId: string) {
    const byPeer = new Map<string, Configured>();
    peers.forEach((multiaddr, index) => {
      const id = parseAddress(multiaddr)?.peerId;
      if (id === undefined || id === ownPeerId || byPeer.has(id)) return;
      byPeer.set(id, { peerId: id, multiaddr, address: addressOf(multiaddr) ?? placeholder(index) });
    });
    this.#configured = [...byPeer.values()];
  }

  addresses(): readonly Address[] {
    return this.#configured.map(({ address }) => address);
  }

  /** Where the node of a link listens, as the configuration says. */
  listensAt({ key }: Link): Address | undefined {
    const id = peerId(key);
    return this.#configured.find((other) => other.peerId === id)?.address;
  }

  /** `known`: all that were told of. */
  target(address: Address, known: Iterable<Contact>): Target {
    const key = addressKey(address);
    const configured = this.#configured.find((other) => addressKey(other.address) === key);
    if (configured !== undefined) return { address, multiaddr: configured.multiaddr, expected: undefined };
    const expected = new Set<Id>();
    for (const contact of known) if (addressKey(contact.address) === key) expected.add(contact.nodeId);
    return { address, multiaddr: multiaddrOf(address), expected };
  }
}
