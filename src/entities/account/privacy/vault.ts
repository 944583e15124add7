import { emailKey } from '../../../domain/contact-details.ts';
import { blindIndex, deriveKey, type KeyRing, openKeyRing, readKeys } from '../../../infra/crypto/key-ring.ts';

/** The keys to encrypt personal data, and the blind indexes to find it. */
export interface Vault {
  ring: KeyRing;
  /** The blind index of an email address, equal for spellings that reach the same mailbox. */
  indexOf(email: string): string;
  /**
   * The blind index of a guest, from the email address and the delivery address. An email address alone identifies
   * nobody, since anybody can type it.
   */
  indexOfGuest(email: string, to: { line1: string; postalCode: string }): string;
  /** The blind index of the account or network that reserves goods (see `callerKey`). */
  indexOfHolder(caller: string): string;
}

/**
 * Opens the vault; `dataKeys` as in DATA_KEYS. The indexes depend only on `secret`, so key rotation does not change
 * them.
 */
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

/** The letters and digits of an address: spacing and punctuation do not make a different guest. */
const lettersOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');

/** All sealed columns by table. */
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

/** Encrypts the value of a column for its `place`, as `table.column:id`; null stays null. */
export const sealColumn = <T extends string | null>({ ring }: Pick<Vault, 'ring'>, text: T, place: string): T =>
  (text === null ? null : ring.seal(text, place)) as T;

/** Decrypts the value of a column; null stays null. @throws Error if it was not sealed for this place. */
export const openColumn = <T extends string | null>({ ring }: Pick<Vault, 'ring'>, text: T, place: string): T =>
  (text === null ? null : ring.open(text, place)) as T;
