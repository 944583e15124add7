import { randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { type Grantor, refuseEscalation } from './grantor.ts';
import { hashToken } from './session.ts';

const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    hash: p.text(),
    previousHash: p.text().nullable(),
    previousUntil: p.datetime().nullable(),
    permissions: p.array(),
    createdBy: p.uuid(),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** An API key of an external service. It has at most the permissions that its creator had at creation. */
export class ApiKey extends ApiKeySchema.class {
  /**
   * Appends a new key. `expiresAt`: ISO 8601; null: never.
   * @returns its id and its secret, which is not stored. @throws PERMISSION_ESCALATION
   */
  static create(
    tx: Tx,
    { name, permissions, expiresAt }: { name: string; permissions: readonly string[]; expiresAt: string | null },
    by: Grantor,
  ): { id: string; secret: string } {
    refuseEscalation(by, permissions);
    const [id, secret] = [newId(), newSecret()];
    const row = { id, name, permissions, created_by: by.accountId, expires_at: expiresAt, version: 1 };
    tx.append('api_keys', { ...row, hash: hashToken(secret), created_at: tx.now, updated_at: tx.now });
    return { id, secret };
  }

  /**
   * Replaces the secret. The previous secret works until `previousUntil`. Callers who did not create the key need all of
   * its permissions, which the new secret gives them.
   * @returns the new secret, which is not stored. @throws PERMISSION_ESCALATION
   */
  rotate(previousUntil: Date, by: Grantor, now: Date): string {
    if (this.createdBy !== by.accountId) refuseEscalation(by, this.permissions);
    const secret = newSecret();
    this.previousHash = this.hash;
    this.previousUntil = previousUntil;
    this.hash = hashToken(secret);
    this.updatedAt = now;
    return secret;
  }

  revoke(now: Date): void {
    this.revokedAt = now;
    this.updatedAt = now;
  }
}
ApiKeySchema.setClass(ApiKey);

/** Loads and locks a key that is not revoked. @throws API_KEY_NOT_FOUND */
export async function lockApiKey(tx: Tx, id: string): Promise<ApiKey> {
  const key = await tx.lock(ApiKey, { id, revokedAt: null });
  if (!key) throw refused('API_KEY_NOT_FOUND', { keyId: id });
  return key;
}

/** Revokes all keys that an account created. */
export async function revokeKeysOf(tx: Tx, accountId: string): Promise<void> {
  await tx.query(`update api_keys set revoked_at = now() where created_by = $1 and revoked_at is null`, [accountId]);
}

/** Records a use of a key. Written at most once a minute: precise enough to find unused keys. */
export async function recordKeyUse(query: Query, id: string): Promise<void> {
  await query(
    `update api_keys set last_used_at = now() where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 min')`,
    [id],
  );
}

/** Generates a secret. Only its hash is stored. */
export const newSecret = (): string => `vk_${randomBytes(32).toString('base64url')}`;
