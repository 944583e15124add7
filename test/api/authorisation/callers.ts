import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { signAccessToken } from '../../../src/api/auth/access-token.ts';
import { STAFF_PERMISSIONS } from '../../../src/domain/access/roles.ts';
import { newSecret } from '../../../src/entities/access/api-key.ts';
import { beginSession, hashToken } from '../../../src/entities/access/session.ts';
import { unitOfWork } from '../../../src/infra/database/unit-of-work.ts';
import { newId } from '../../../src/infra/ids.ts';
import type { PeopleShop, Request } from '../people-shop.ts';
import type { Role } from './expectations.ts';

export type Caller = 'nobody' | 'guest' | 'customer' | 'other' | Role | 'half' | 'keyWith' | 'keyWithout';
export type BadCredential = (typeof BAD)[number];

/** Credentials that prove nothing, each for a reason of its own. */
export const BAD = [
  'expired',
  'tampered',
  'alg none',
  'wrong audience',
  'wrong issuer',
  'unknown key id',
  'without an end',
  'revoked session',
  'blocked account',
  'unknown API key',
  'revoked API key',
] as const;

type Kind = 'customer' | 'staff';

/** Who is who in the shop, and what they show: always the same, until a request may have ended their session. */
export async function openCallers(shop: PeopleShop) {
  const { db, deps } = shop;
  const roleIds = new Map(
    (await db.query<{ id: string; name: string }>(`select id, name from roles`)).map(({ id, name }) => [name, id]),
  );
  const staff = async (role: string): Promise<string> =>
    (await shop.account({ kind: 'staff', roleId: roleIds.get(role) ?? '' })).id;
  const ids: Record<string, string> = {
    customer: (await shop.account({})).id,
    other: (await shop.account({})).id,
    blocked: (await shop.account({})).id,
    half: await staff('admin'),
  };
  for (const role of ['admin', 'catalogue-manager', 'order-manager', 'support', 'analyst'])
    ids[role] = await staff(role);
  await db.query(`update accounts set status = 'blocked' where id = $1`, [ids.blocked]);
  await db.query(`update accounts set totp_secret = 'set', totp_confirmed_at = now() where id = $1`, [ids.half]);

  const session = (who: string, kind: Kind) =>
    unitOfWork(db, 'test', async (tx) => {
      const account = { id: ids[who] ?? '', kind };
      return { ...beginSession(tx, deps.vault, { account, client: 'test' }), accountId: account.id, kind };
    });
  const token = async (who: string, kind: Kind) => signAccessToken(deps.signingKeys, await session(who, kind));

  async function key(permissions: readonly string[], revoked = false): Promise<string> {
    const secret = newSecret();
    await db.query(
      `insert into api_keys (id, name, hash, permissions, created_by, revoked_at, created_at, updated_at)
        values ($1, 'test', $2, $3, $4, case when $5 then now() end, now(), now())`,
      [newId(), hashToken(secret), [...permissions], ids.admin, revoked],
    );
    return secret;
  }

  const shown = new Map<string, Promise<Request>>();
  const keep = (who: string, make: () => Promise<Request>): Promise<Request> => {
    const kept = shown.get(who) ?? make();
    shown.set(who, kept);
    return kept;
  };
  /** A change may have ended the session of the caller: the next request begins another. */
  const forget = (caller: Caller) => shown.delete(caller);
  const show = (caller: Caller, permission: string): Promise<Request> =>
    keep(caller.startsWith('key') ? `${caller} ${permission}` : caller, () => credentialsOf(caller, permission));

  async function credentialsOf(caller: Caller, permission: string): Promise<Request> {
    if (caller === 'nobody' || caller === 'guest') return {};
    if (caller === 'customer' || caller === 'other') return { token: await token(caller, 'customer') };
    if (caller === 'keyWith') return { key: await key([permission]) };
    if (caller === 'keyWithout') return { key: await key(STAFF_PERMISSIONS.filter((one) => one !== permission)) };
    return { token: await token(caller, 'staff') };
  }

  const bad = (how: BadCredential): Promise<Request> => keep(how, () => worthless(how));

  async function worthless(how: BadCredential): Promise<Request> {
    const { sessionId, accountId } = await session(how === 'blocked account' ? 'blocked' : 'admin', 'staff');
    const { newest } = deps.signingKeys;
    const good = {
      algorithm: 'HS256',
      keyid: newest.id,
      issuer: 'vcecom',
      audience: 'vcecom:admin',
      subject: accountId,
    } as const;
    const sign = (change: jwt.SignOptions, secret: KeyObject | string = newest.key) =>
      jwt.sign({ sid: sessionId }, secret, { ...good, expiresIn: 600, ...change });
    const valid = sign({});
    const { expiresIn: _end, ...endless } = { ...good, expiresIn: 600 };
    switch (how) {
      case 'expired':
        return { token: sign({ expiresIn: -1 }) };
      case 'tampered':
        return { token: valid.replace(/\.([^.]+)\./, (_, claims: string) => `.${change(claims, { sub: ids.half })}.`) };
      case 'alg none':
        return { token: sign({ algorithm: 'none' }, '') };
      case 'wrong audience':
        return { token: sign({ audience: 'vcecom:moon' }) };
      case 'wrong issuer':
        return { token: sign({ issuer: 'somebody' }) };
      case 'unknown key id':
        return { token: sign({ keyid: 'moon' }) };
      case 'without an end':
        return { token: jwt.sign({ sid: sessionId }, newest.key, endless) };
      case 'revoked session':
        await db.query(`update sessions set revoked_at = now(), revoked_because = 'revoked' where id = $1`, [
          sessionId,
        ]);
        return { token: valid };
      case 'blocked account':
        return { token: sign({ audience: 'vcecom:store' }) };
      case 'unknown API key':
        return { key: newSecret() };
      case 'revoked API key':
        return { key: await key(STAFF_PERMISSIONS, true) };
    }
  }

  return { ids, show, forget, bad, token, session };
}

const change = (claims: string, to: object): string =>
  Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), ...to })).toString(
    'base64url',
  );
