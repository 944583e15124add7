import { createHash, randomBytes } from 'node:crypto';
import { refused } from '../../domain/errors.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { openColumn, sealColumn, type Vault } from '../account/privacy/vault.ts';

/** Maximum lifetime of a session in days. Refreshing does not extend it. */
const CUSTOMER_DAYS = 90;
const STAFF_DAYS = 7;
const DAY_MS = 86_400_000;

export type RevocationReason =
  | 'logout'
  | 'logout-everywhere'
  | 'reuse'
  | 'password'
  | 'revoked'
  | 'blocked'
  | 'erased'
  | 'email-undone';

export interface NewSession {
  account: { id: string; kind: 'customer' | 'staff' };
  /** The User-Agent of the client; personal data. */
  client: string;
}

/*
 * Sessions are not mapped: the statement that locks a session also checks its account, and a revocation ends many at once.
 */

/** Creates a session with its first refresh token. Only the hash of the token is stored. */
export function beginSession(
  tx: Tx,
  vault: Vault,
  { account, client }: NewSession,
): { sessionId: string; refreshToken: string } {
  const sessionId = newId();
  const days = account.kind === 'staff' ? STAFF_DAYS : CUSTOMER_DAYS;
  tx.append('sessions', {
    id: sessionId,
    account_id: account.id,
    client: sealColumn(vault, client.slice(0, 300), `sessions.client:${sessionId}`),
    created_at: tx.now,
    last_used_at: tx.now,
    expires_at: new Date(tx.now.getTime() + days * DAY_MS),
  });
  return { sessionId, refreshToken: appendToken(tx, sessionId) };
}

export interface Rotation {
  sessionId: string;
  accountId: string;
  refreshToken: string;
}

/**
 * Exchanges a refresh token for a new one. If two callers send the same token, the second finds it used, and the session
 * ends for both: the server cannot tell a thief from the owner (RFC 9700, 4.14.2).
 * @returns undefined if the token is not valid for this kind of account; commit even then, to keep the revocation.
 */
export async function rotate(
  tx: Tx,
  { token, kind }: { token: string; kind: 'customer' | 'staff' },
): Promise<Rotation | undefined> {
  const hash = hashToken(token);
  // Lock the session before the token: a revocation takes the locks in the same order.
  const [session] = await tx.query<{ id: string; accountId: string }>(
    `select s.id, a.id as "accountId" from sessions s join accounts a on a.id = s.account_id
      where s.id = (select session_id from refresh_tokens where hash = $1) and a.kind = $2 and a.status = 'active'
        and s.revoked_at is null and s.expires_at > now() for update of s`,
    [hash, kind],
  );
  if (!session) return undefined;
  const { id: sessionId, accountId } = session;
  const used = await tx.query(
    `update refresh_tokens set used_at = now() where hash = $1 and used_at is null returning 1`,
    [hash],
  );
  if (used.length === 0) {
    await revokeSessions(tx, { accountId, because: 'reuse', only: sessionId });
    return undefined;
  }
  tx.send(`update sessions set last_used_at = now() where id = $1`, [sessionId]);
  return { sessionId, accountId, refreshToken: appendToken(tx, sessionId) };
}

/**
 * Revokes active sessions of an account: all, only one (`only`), or all but one (`except`).
 * @returns the number revoked.
 */
export async function revokeSessions(
  tx: Tx,
  {
    accountId,
    because,
    only,
    except,
  }: { accountId: string; because: RevocationReason; only?: string; except?: string },
): Promise<number> {
  const revoked = await tx.query(
    `update sessions set revoked_at = now(), revoked_because = $2
      where account_id = $1 and revoked_at is null and ($3::uuid is null or id = $3) and ($4::uuid is null or id <> $4)
      returning 1`,
    [accountId, because, only ?? null, except ?? null],
  );
  return revoked.length;
}

/** Ends one active session of an account. @throws SESSION_NOT_FOUND */
export async function endSession(tx: Tx, { accountId, id }: { accountId: string; id: string }): Promise<void> {
  const ended = await revokeSessions(tx, { accountId, because: 'revoked', only: id });
  if (ended === 0) throw refused('SESSION_NOT_FOUND', { sessionId: id });
}

function appendToken(tx: Tx, sessionId: string): string {
  const token = `vr_${randomBytes(32).toString('base64url')}`;
  tx.append('refresh_tokens', { hash: hashToken(token), session_id: sessionId, created_at: tx.now });
  return token;
}

/** Hashes a token. A token of 256 random bits cannot be guessed and needs no slow hash. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

export interface LiveSession {
  id: string;
  client: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** Lists the active sessions of an account, newest first. */
export async function listSessions(
  query: Query,
  vault: Vault,
  { accountId, kind }: { accountId: string; kind: 'customer' | 'staff' },
): Promise<LiveSession[]> {
  const rows = await query<LiveSession>(
    `select s.id, s.client, s.created_at as "createdAt", s.last_used_at as "lastUsedAt", s.expires_at as "expiresAt"
      from sessions s join accounts a on a.id = s.account_id
      where s.account_id = $1 and a.kind = $2 and s.revoked_at is null and s.expires_at > now() order by s.id desc`,
    [accountId, kind],
  );
  return rows.map((row) => ({ ...row, client: openColumn(vault, row.client, `sessions.client:${row.id}`) }));
}
