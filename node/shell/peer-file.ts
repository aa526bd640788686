import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { concat, equalBytes, type Id } from '#core/bytes/bytes.ts';
import { bool, id32, layout, list, raw, u8, u16, u64 } from '#core/bytes/layout.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { type Contact, MAX_PEER_RECORDS, type Row } from '#core/peers/table.ts';
import { systemCode, systemReason } from '#node/config/refused.ts';

/** What a node keeps of its peers over a restart (06 §9). */
export interface KeptPeers {
  /** 32 bytes, never sent. */
  readonly secret: Uint8Array;
  readonly anchors: readonly Contact[];
  readonly rows: readonly Row[];
}

const CONTACT = layout('KeptContact', { nodeId: id32, ipVersion: u8, ip: raw(16), port: u16, startWindow: u64 });
const ROW = layout('KeptRow', { contact: CONTACT, isVerified: bool, lastSeen: u64, bucket: u16 });
const FILE = layout('KeptPeers', {
  genesis: id32,
  secret: raw(32),
  anchors: list(CONTACT, u8),
  rows: list(ROW, u16, MAX_PEER_RECORDS),
});

/** SHA-256 of all that is before it. */
const CHECKSUM = 32;

type FlatContact = ReturnType<typeof CONTACT.read>;

const flat = ({ nodeId, address: { ipVersion, ip, port }, startWindow }: Contact): FlatContact => ({
  nodeId,
  ipVersion,
  ip,
  port,
  startWindow: BigInt(startWindow),
});

const contactOf = ({ nodeId, ipVersion, ip, port, startWindow }: FlatContact): Contact => ({
  nodeId,
  address: { ipVersion: ipVersion === 4 ? 4 : 6, ip, port },
  startWindow: Number(startWindow),
});

/** Reads the file. A string: why it is of no use, in one line; undefined: there is none. */
export const readPeers = (file: string, genesis: Id): KeptPeers | string | undefined => {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? undefined : systemReason(error);
  }
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM));
  if (!equalBytes(sha256(body), bytes.subarray(body.length))) return 'its checksum is wrong';
  const decoded = FILE.decode(body);
  if (!decoded.ok) return decoded.error;
  const { secret, anchors, rows } = decoded.value;
  if (decoded.value.genesis !== genesis) return 'it is of another network';
  return {
    secret,
    anchors: anchors.map(contactOf),
    rows: rows.map(({ contact, isVerified, lastSeen, bucket }) => ({
      ...contactOf(contact),
      isVerified,
      lastSeen: Number(lastSeen),
      bucket,
    })),
  };
};

/** Writes the file in the place of the one before. Throws what the system says. */
export const writePeers = (file: string, genesis: Id, { secret, anchors, rows }: KeptPeers): void => {
  const body = FILE.encode({
    genesis,
    secret,
    anchors: anchors.map(flat),
    rows: rows.map((row) => ({
      contact: flat(row),
      isVerified: row.isVerified,
      lastSeen: BigInt(row.lastSeen),
      bucket: row.bucket,
    })),
  });
  writeFileSync(`${file}.new`, concat(body, sha256(body)), { mode: 0o600 });
  renameSync(`${file}.new`, file);
};
