import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Encrypts and signs texts with its newest key; decrypts and verifies texts of any of its keys. */
export interface KeyRing {
  /** Encrypts a text. `place` is where it is stored, as `table.column:id`: it cannot be decrypted for another place. */
  seal(text: string, place: string): string;
  /**
   * Decrypts a text. @throws Error when it was sealed for another place or changed, or its key is not on the
   * ring.
   */
  open(sealed: string, place: string): string;
  /** Whether the text is sealed with the newest key. */
  isCurrent(sealed: string): boolean;
  /**
   * Signs a text for one purpose: `key id.signature`. The same text has the same signature while the key is the newest.
   */
  sign(text: string, purpose: string): string;
  /** Whether a key on the ring signed this text for this purpose; compares in constant time. */
  isSigned(text: string, purpose: string, signature: string): boolean;
  /** The prefix of all texts sealed with the newest key. */
  readonly prefix: string;
}

/** The pattern of a sealed text, for JavaScript and PostgreSQL: format, id of the key, base64url of the rest. */
export const SEALED_PATTERN = '^v1[.][A-Za-z0-9_-]{1,32}[.][A-Za-z0-9_-]{38,}$';
const SEALED = new RegExp(SEALED_PATTERN);

/** Whether a text has the format of a sealed text; only decryption proves that it is one. */
export const isSealed = (text: string): boolean => SEALED.test(text);

export interface Key {
  id: string;
  /** 32 bytes. */
  bytes: Buffer;
}

const FORMAT = 'v1';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Reads `id:base64,id:base64`, newest first.
 * @throws Error that names the wrong entry but repeats no part of it: if id and key are mixed up, the key would appear
 *   in a log.
 */
export function readKeys(setting: string): Key[] {
  const keys = setting.split(',').map((part, index) => {
    const [id = '', base64 = '', ...rest] = part.trim().split(':');
    if (!/^[\w-]{1,32}$/.test(id) || base64 === '' || rest.length > 0) {
      throw new Error(`must be a list of id:key, each id of letters, digits, - and _: entry ${index + 1} is not`);
    }
    const bytes = Buffer.from(base64, 'base64');
    // The decoder skips characters that are not base64: a truncated or mistyped key must not become another key.
    const isComplete = bytes.length === KEY_BYTES && /^[A-Za-z0-9+/_-]{43}=?$/.test(base64);
    if (!isComplete) throw new Error(`the key of entry ${index + 1} must be 32 bytes in base64`);
    return { id, bytes };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Error('must not name a key twice');
  return keys;
}

/** Opens a ring of these keys; the first one is the newest. */
export function openKeyRing(keys: readonly Key[]): KeyRing {
  const byId = new Map(keys.map((key) => [key.id, opened(key)]));
  const newest = byId.get(keys[0]?.id ?? '');
  if (!newest) throw new Error('a key ring needs a key');
  const prefix = `${FORMAT}.${newest.id}.`;
  return {
    prefix,
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, newest.key, iv).setAAD(Buffer.from(place));
      const parts = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return prefix + Buffer.concat(parts).toString('base64url');
    },
    open(sealed, place) {
      const [, id = '', body = ''] = isSealed(sealed) ? sealed.split('.') : [];
      const key = byId.get(id);
      if (!key) throw new Error(`nothing on the key ring decrypts the text at ${place}`);
      const bytes = Buffer.from(body, 'base64url');
      // The last character has unused bits: they must be unchanged as well.
      if (bytes.toString('base64url') !== body) throw tamperedError(place);
      try {
        return decrypt(key.key, bytes, place);
      } catch (cause) {
        throw tamperedError(place, cause);
      }
    },
    isCurrent: (sealed) => sealed.startsWith(prefix),
    sign: (text, purpose) => newest.sign(text, purpose),
    isSigned(text, purpose, given) {
      const id = given.slice(0, given.indexOf('.'));
      const key = byId.get(id);
      return key !== undefined && isEqual(key.sign(text, purpose), given);
    },
  };
}

/** A key whose objects are created once: to create them costs more than to use them. */
function opened({ id, bytes }: Key) {
  const signingKeys = new Map<string, KeyObject>();
  const signingKey = (purpose: string): KeyObject => {
    const key = signingKeys.get(purpose) ?? createSecretKey(deriveKey(bytes, purpose));
    signingKeys.set(purpose, key);
    return key;
  };
  return {
    id,
    key: createSecretKey(bytes),
    sign: (text: string, purpose: string): string =>
      `${id}.${createHmac('sha256', signingKey(purpose)).update(text).digest('base64url')}`,
  };
}

function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function decrypt(key: KeyObject, bytes: Buffer, place: string): string {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

const tamperedError = (place: string, cause?: unknown): Error =>
  new Error(`the text sealed at ${place} was changed, truncated, or sealed for another place`, { cause });

/**
 * Derives a key for one purpose from a secret with several purposes (HKDF, RFC 5869). The output of one key reveals
 * nothing about another.
 */
export const deriveKey = (secret: string | Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));

/**
 * Returns a function that computes the index of a sealed text: equal texts have equal indexes, which reveal nothing
 * else.
 */
export function blindIndex(key: Buffer): (text: string) => string {
  const secret = createSecretKey(key);
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}
