import type { Id } from '../bytes/bytes.ts';
import { id32, layout, Reader, raw, u8, u16, u128 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import type { Anchor, ChangeKey, Operation, Transfer, TransferModeB } from '../consensus/objects.ts';
import { hashId } from '../crypto/hash.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';

export const TRANSFER_TYPE = 0x02;
export const CHANGE_KEY_TYPE = 0x03;
export const ANCHOR_TYPE = 0x04;

/** Transfer to an existing account, 3422 bytes (03 §5, mode A). */
export const transferLayout = layout('Transfer', {
  type: u8,
  prevHash: id32,
  sender: id32,
  link: id32,
  /** Moneta. */
  amount: u128,
  signature: raw(SIGNATURE_SIZE),
});

/** Transfer that creates its receiver, 5376 bytes (03 §5, mode B). Only the length tells it from the other. */
export const transferModeBLayout = layout('TransferModeB', {
  type: u8,
  prevHash: id32,
  sender: id32,
  link: id32,
  suiteId: u16,
  receiverPubkey: raw(PUBLIC_KEY_SIZE),
  /** Moneta. */
  amount: u128,
  signature: raw(SIGNATURE_SIZE),
});

/** 5328 bytes, signed by the old key (03 §5). */
export const changeKeyLayout = layout('ChangeKey', {
  type: u8,
  prevHash: id32,
  sender: id32,
  newSuiteId: u16,
  newPubkey: raw(PUBLIC_KEY_SIZE),
  signature: raw(SIGNATURE_SIZE),
});

/** 3438 bytes (03 §5). */
export const anchorLayout = layout('Anchor', {
  type: u8,
  prevHash: id32,
  sender: id32,
  appId: id32,
  dataHash: id32,
  signature: raw(SIGNATURE_SIZE),
});

/**
 * Type and total length only; validity is `validateOperation`'s. Keys and signature are views of `bytes`.
 * `UnsupportedType`: unknown, reserved or retired type byte, whatever the length (03 §4). `Malformed`: empty, or another length.
 */
export const decodeOperation = (bytes: Uint8Array): Result<Operation, 'UnsupportedType' | 'Malformed'> => {
  if (bytes.length === 0) return fail('Malformed');
  switch (bytes[0]) {
    case TRANSFER_TYPE:
      if (bytes.length === transferLayout.minimum) return ok(transfer(bytes));
      return bytes.length === transferModeBLayout.minimum ? ok(transferModeB(bytes)) : fail('Malformed');
    case CHANGE_KEY_TYPE:
      return bytes.length === changeKeyLayout.minimum ? ok(changeKey(bytes)) : fail('Malformed');
    case ANCHOR_TYPE:
      return bytes.length === anchorLayout.minimum ? ok(anchor(bytes)) : fail('Malformed');
    default:
      return fail('UnsupportedType');
  }
};

/** An operation's own choices: the rest of it follows. */
export type OperationFields =
  | (OwnFields & { readonly type: 'Transfer' } & Pick<Transfer, 'link' | 'amount'>)
  | (OwnFields & { readonly type: 'TransferModeB' } & Pick<
        TransferModeB,
        'link' | 'suiteId' | 'receiverPubkey' | 'amount'
      >)
  | (OwnFields & { readonly type: 'ChangeKey' } & Pick<ChangeKey, 'newSuiteId' | 'newPubkey'>)
  | (OwnFields & { readonly type: 'Anchor' } & Pick<Anchor, 'appId' | 'dataHash'>);

interface OwnFields {
  readonly prevHash: Id;
  readonly sender: Id;
}

/** A signed operation. */
export const makeOperation = (fields: OperationFields, key: SigningKey): Operation => {
  switch (fields.type) {
    case 'Transfer':
      return transfer(signed(transferLayout.encode({ ...fields, ...unsigned(TRANSFER_TYPE) }), key));
    case 'TransferModeB':
      return transferModeB(signed(transferModeBLayout.encode({ ...fields, ...unsigned(TRANSFER_TYPE) }), key));
    case 'ChangeKey':
      return changeKey(signed(changeKeyLayout.encode({ ...fields, ...unsigned(CHANGE_KEY_TYPE) }), key));
    case 'Anchor':
      return anchor(signed(anchorLayout.encode({ ...fields, ...unsigned(ANCHOR_TYPE) }), key));
  }
};

const NO_SIGNATURE = new Uint8Array(SIGNATURE_SIZE);

const unsigned = (type: number) => ({ type, signature: NO_SIGNATURE });

/** Signs `bytes` in place: all before the signature is the scope (01 R1). */
const signed = (bytes: Uint8Array, key: SigningKey): Uint8Array => {
  const end = bytes.length - SIGNATURE_SIZE;
  bytes.set(key.sign(bytes.subarray(0, end)), end);
  return bytes;
};

/** What every operation carries besides its fields. `bytes` have the length of its layout. */
const envelope = (bytes: Uint8Array) => {
  const scope = bytes.subarray(0, bytes.length - SIGNATURE_SIZE);
  return { kind: 'operation', id: hashId('mt-op', scope), bytes, scope } as const;
};

const transfer = (bytes: Uint8Array): Transfer => {
  const { prevHash, sender, link, amount, signature } = transferLayout.read(new Reader(bytes));
  return { ...envelope(bytes), type: 'Transfer', prevHash, sender, link, amount, signature };
};

const transferModeB = (bytes: Uint8Array): TransferModeB => {
  const read = transferModeBLayout.read(new Reader(bytes));
  const { prevHash, sender, link, suiteId, receiverPubkey, amount, signature } = read;
  return {
    ...envelope(bytes),
    type: 'TransferModeB',
    prevHash,
    sender,
    link,
    suiteId,
    receiverPubkey,
    amount,
    signature,
  };
};

const changeKey = (bytes: Uint8Array): ChangeKey => {
  const { prevHash, sender, newSuiteId, newPubkey, signature } = changeKeyLayout.read(new Reader(bytes));
  return { ...envelope(bytes), type: 'ChangeKey', prevHash, sender, newSuiteId, newPubkey, signature };
};

const anchor = (bytes: Uint8Array): Anchor => {
  const { prevHash, sender, appId, dataHash, signature } = anchorLayout.read(new Reader(bytes));
  return { ...envelope(bytes), type: 'Anchor', prevHash, sender, appId, dataHash, signature };
};
