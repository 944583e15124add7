import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { readKeys } from '../../infra/crypto/key-ring.ts';

export type Audience = 'vcecom:store' | 'vcecom:admin';

export const ISSUER = 'vcecom';
export const AUDIENCES: [Audience, Audience] = ['vcecom:store', 'vcecom:admin'];
export const ALGORITHM = 'HS256';
/** Seconds an access token lives. */
export const ACCESS_TOKEN_SECONDS = 900;

export const audienceOf = (kind: 'customer' | 'staff'): Audience =>
  kind === 'customer' ? 'vcecom:store' : 'vcecom:admin';

/** The keys that access tokens are signed with: the first signs, all are believed, each known by its id. */
export interface SigningKeys {
  newest: { id: string; key: KeyObject };
  byId: ReadonlyMap<string, KeyObject>;
}

/** Reads ACCESS_TOKEN_KEYS. @throws Error when it is not a list of keys. */
export function readSigningKeys(setting: string): SigningKeys {
  // Of bytes jsonwebtoken makes a key for each token, which costs more than all the rest of checking it.
  const keys = readKeys(setting).map(({ id, bytes }) => ({ id, key: createSecretKey(bytes) }));
  const [newest] = keys;
  if (!newest) throw new Error('there is no key to sign with');
  return { newest, byId: new Map(keys.map(({ id, key }) => [id, key])) };
}

/** Signs the token that proves a session for the next quarter of an hour. */
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

/** The key that a token says it was signed with; undefined when we have none of that id. */
export function keyFor({ byId }: SigningKeys, token: string): KeyObject | undefined {
  const header = jwt.decode(token, { complete: true })?.header;
  return header?.kid === undefined ? undefined : byId.get(header.kid);
}
