import type { AnchorFault } from '#core/anchor/verify.ts';

const AGAIN = 'get it again from its owner';

const damaged = (what: string): string => `the proof is damaged or forged: ${what}; ${AGAIN}`;

const WORDS: Readonly<Record<AnchorFault, string>> = {
  Malformed: damaged('it cannot be read'),
  NoHeaderBefore: damaged('a header is missing'),
  WrongDocument: 'this is not what was anchored: it was changed since, or the proof is of something else',
  AccountNotProved: damaged('the record of its owner’s account does not belong to the chain'),
  UnsupportedSuite: damaged('a key of a suite that there is not'),
  InvalidAnchorSignature: damaged('the owner’s account did not sign the Anchor'),
  NodeTableMismatch: damaged('its table of nodes does not belong to the chain'),
  DuplicateSigner: damaged('a node confirms twice'),
  UnknownNode: damaged('a node confirms that there is not'),
  NotActive: damaged('a node confirms that was not active'),
  WrongWindow: damaged('a confirmation is of another window'),
  WrongEndpoint: damaged('a confirmation is of another timechain'),
  OpsOutOfOrder: damaged('operations of a confirmation are not in order'),
  RevealsOutOfOrder: damaged('reveals of a confirmation are not in order'),
  TooManyOps: damaged('a confirmation has too many operations'),
  TooManyReveals: damaged('a confirmation has too many reveals'),
  InvalidSignature: damaged('a confirmation has a wrong signature'),
  AnchorNotListed: damaged('a confirmation does not list the Anchor'),
  BundleNotIncluded: damaged('a confirmation is not part of the window'),
  InsufficientWeight: damaged('too few nodes confirm the Anchor'),
  HeadersNotLinked: damaged('its headers do not follow one another'),
  UnknownProposer: damaged('a header is of a node that there is not'),
  UnsupportedProposerSuite: damaged('a header has a key of a suite that there is not'),
  InvalidHeaderSignature: damaged('a header has a wrong signature'),
  InvalidCertificate: damaged('its certificate is not valid'),
  TrustedTableMismatch: damaged('its trusted table does not belong to the chain'),
  LaterNotLinked: damaged('its later headers do not follow one another'),
  UnboundHeaders: damaged('headers that nothing vouches for'),
  WrongGenesis: damaged('it begins at another genesis'),
  WrongCheckpoint: `the proof does not lead to your checkpoint: one of them is of another history; see where each comes from`,
  NoCertificate: 'the proof has no certificate, which a checkpoint before its window needs; take a later checkpoint',
  InsufficientTrust: 'too few of the nodes of your checkpoint vouch for the proof; take a later checkpoint',
  TooManyIterations: damaged('its timechain is longer than a window'),
  WrongTimechain: damaged('its timechain does not come out'),
};

/** Why a proof proves nothing, in a line. */
export const faultText = (fault: AnchorFault): string => WORDS[fault];
