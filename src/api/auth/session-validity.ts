import { LRUCache } from 'lru-cache';
import type { Permission } from '../../domain/access/permissions.ts';
import { staffPermissions } from '../../domain/access/roles.ts';
import { recordKeyUse } from '../../entities/access/api-key.ts';
import { hashToken } from '../../entities/access/session.ts';
import type { Database } from '../../infra/database/database.ts';
import { customerPrincipal, type KeyHolder, type Person } from './principal.ts';

/** Looks up the current validity and permissions of sessions and API keys. */
export interface SessionValidity {
  /** Undefined for a session that is revoked or expired, or whose account is not active. */
  ofSession(sessionId: string): Promise<Person | undefined>;
  /** Undefined for a key that is unknown, revoked or expired, or whose creator is not active. */
  ofKey(secret: string): Promise<KeyHolder | undefined>;
}

/**
 * Milliseconds for which a result is cached. Every process refuses a revoked session or key within a second, without
 * any message: half a second for the cached result, half a second for the query.
 */
const CACHE_MS = 500;
const MAX_ENTRIES = 20_000;

/** Sessions that this process has ended. They are kept until every result from before is no longer cached. */
const ended = new LRUCache<string, true>({ max: MAX_ENTRIES, ttl: 10_000 });

/** Makes this process refuse a session at once. Call it after the commit that ended the session. */
export function refuseSession(sessionId: string): void {
  ended.set(sessionId, true);
}

/** Reads the validity from the database, at most once per half second for each session or key. */
export function readSessionValidity({ query }: Pick<Database, 'query'>): SessionValidity {
  const cached = <V extends object>(read: (key: string) => Promise<V | undefined>) =>
    new LRUCache<string, V>({ max: MAX_ENTRIES, ttl: CACHE_MS, fetchMethod: (key) => read(key) });
  const sessions = cached((id) => readSession(query, id));
  const keys = cached((hash) => readKey(query, hash));
  return {
    async ofSession(id) {
      const person = await sessions.fetch(id);
      // Checked after the query, which may have begun before the session ended.
      if (ended.has(id)) return undefined;
      // Not cached: a session must be usable right after its second factor.
      if (person?.awaitsMfa) sessions.delete(id);
      return person;
    },
    ofKey: (secret) => keys.fetch(hashToken(secret)),
  };
}

type Query = Database['query'];

interface SessionRow {
  accountId: string;
  kind: 'customer' | 'staff';
  permissions: string[] | null;
  awaitsMfa: boolean;
}

async function readSession(query: Query, sessionId: string): Promise<Person | undefined> {
  const [row] = await query<SessionRow>(
    `select a.id as "accountId", a.kind, r.permissions,
        a.kind = 'staff' and s.mfa_at is null and (a.totp_confirmed_at is not null or r.requires_mfa) as "awaitsMfa"
      from sessions s join accounts a on a.id = s.account_id left join roles r on r.id = a.role_id
      where s.id = $1 and s.revoked_at is null and s.expires_at > now() and a.status = 'active'`,
    [sessionId],
  );
  if (!row) return undefined;
  const { accountId, kind, awaitsMfa } = row;
  if (kind === 'customer') return customerPrincipal(accountId, sessionId);
  return { kind, accountId, sessionId, permissions: staffPermissions(row.permissions ?? []), awaitsMfa };
}

interface KeyRow {
  keyId: string;
  accountId: string;
  permissions: string[];
  held: string[];
}

async function readKey(query: Query, hash: string): Promise<KeyHolder | undefined> {
  const [row] = await query<KeyRow>(
    `select k.id as "keyId", a.id as "accountId", k.permissions, r.permissions as held
      from api_keys k join accounts a on a.id = k.created_by join roles r on r.id = a.role_id
      where (k.hash = $1 or (k.previous_hash = $1 and k.previous_until > now()))
        and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and a.status = 'active'`,
    [hash],
  );
  if (!row) return undefined;
  recordKeyUse(query, row.keyId).catch(() => undefined);
  // Only permissions that the creator still has.
  const permissions = new Set(row.permissions.filter((each) => row.held.includes(each)) as Permission[]);
  return { kind: 'key', keyId: row.keyId, accountId: row.accountId, permissions };
}
