import { emailKey } from '../../../domain/contact-details.ts';
import { blindIndex, deriveKey, type KeyRing, openKeyRing, readKeys } from '../../../infra/crypto/key-ring.ts';

/** What it takes to store personal data and to find it again. */
export interface Vault {
  ring: KeyRing;
  /** The blind index of an e-mail address, equal for spellings that reach the same box. */
  indexOf(email: string): string;
  /**
   * The blind index of a guest: of the e-mail address with where the goods go. An address alone identifies nobody, since
   * anybody can type it.
   */
  indexOfGuest(email: string, to: { line1: string; postalCode: string }): string;
  /** The blind index of the account or network that holds goods (see `callerOf`). */
  indexOfHolder(caller: string): string;
}

/** `dataKeys` as in DATA_KEYS. The index hangs on `secret` alone, so that turning the data keys leaves it as it is. */
export function openVault({ dataKeys, secret }: { dataKeys: string; secret: string }): Vault {
  const index = blindIndex(deriveKey(secret, 'e-mail index'));
  const guests = blindIndex(deriveKey(secret, 'guest index'));
  return {
    ring: openKeyRing(readKeys(dataKeys)),
    indexOf: (email) => index(emailKey(email)),
    indexOfGuest: (email, to) =>
      guests(JSON.stringify([emailKey(email), lettersOf(to.postalCode), lettersOf(to.line1)])),
    indexOfHolder: blindIndex(deriveKey(secret, 'holder index')),
  };
}

/** Letters and digits of an address: how it is spaced and punctuated makes no other guest. */
const lettersOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');

/** Every sealed column, and the key that its rows are known by. */
export const SEALED_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  accounts: ['email', 'name', 'phone', 'totp_secret'],
  addresses: ['address'],
  email_changes: ['former_email'],
  checkouts: ['email', 'shipping_address', 'billing_address'],
  sessions: ['client'],
  document_files: ['pdf'],
  webhook_subscriptions: ['secret', 'previous_secret'],
  account_preferences: ['preferences'],
};

/** Seals the value of a column; null stays null. */
export const sealed = <T extends string | null>({ ring }: Pick<Vault, 'ring'>, text: T, place: string): T =>
  (text === null ? null : ring.seal(text, place)) as T;

/** Opens the value of a column; null stays null. @throws Error when it was not sealed for this place. */
export const opened = <T extends string | null>({ ring }: Pick<Vault, 'ring'>, text: T, place: string): T =>
  (text === null ? null : ring.open(text, place)) as T;
