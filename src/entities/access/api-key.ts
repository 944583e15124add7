import { randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
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
   * Replaces the secret. The previous secret works until `previousUntil`.
   * @returns the new secret, which is not stored.
   */
  rotate(previousUntil: Date, now: Date): string {
    const secret = newSecret();
    this.previousHash = this.hash;
    this.previousUntil = previousUntil;
    this.hash = hashToken(secret);
    this.updatedAt = now;
    return secret;
  }
}
ApiKeySchema.setClass(ApiKey);

/** Generates a secret. Only its hash is stored. */
export const newSecret = (): string => `vk_${randomBytes(32).toString('base64url')}`;
