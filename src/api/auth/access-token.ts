import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { readKeys } from '../../infra/crypto/key-ring.ts';

export type Audience = 'vcecom:store' | 'vcecom:admin';

export const ISSUER = 'vcecom';
export const AUDIENCES: [Audience, Audience] = ['vcecom:store', 'vcecom:admin'];
export const ALGORITHM = 'HS256';
/** Lifetime of an access token, in seconds. */
export const ACCESS_TOKEN_SECONDS = 900;

export const audienceOf = (kind: 'customer' | 'staff'): Audience =>
  kind === 'customer' ? 'vcecom:store' : 'vcecom:admin';

/** The keys of access tokens: the newest signs, all verify. */
export interface SigningKeys {
  newest: { id: string; key: KeyObject };
  byId: ReadonlyMap<string, KeyObject>;
}

/** Reads ACCESS_TOKEN_KEYS. @throws Error when the setting is not a list of keys. */
export function readSigningKeys(setting: string): SigningKeys {
  // jsonwebtoken would convert bytes to a key for each token, which costs more than the rest of the verification.
  const keys = readKeys(setting).map(({ id, bytes }) => ({ id, key: createSecretKey(bytes) }));
  const [newest] = keys;
  if (!newest) throw new Error('ACCESS_TOKEN_KEYS holds no key: add one.');
  return { newest, byId: new Map(keys.map(({ id, key }) => [id, key])) };
}

/** Signs an access token for a session. */
export const signAccessToken = (
  { newest }: SigningKeys,
  session: { accountId: string; sessionId: string; kind: 'customer' | 'staff' },
): string =>
  jwt.sign({ sid: session.sessionId }, newest.key, {
    algorithm: ALGORITHM,
    keyid: newest.id,
    issuer: ISSUER,
    audience: audienceOf(session.kind),
    subject: session.accountId,
    expiresIn: ACCESS_TOKEN_SECONDS,
  });

/** Finds the key that a token names in its header; undefined for an unknown key id. */
export function verificationKeyOf({ byId }: SigningKeys, token: string): KeyObject | undefined {
  const header = jwt.decode(token, { complete: true })?.header;
  return header?.kid === undefined ? undefined : byId.get(header.kid);
}
