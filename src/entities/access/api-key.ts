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

/** A key of an external service. It never does more than its maker could do at that moment. */
export class ApiKey extends ApiKeySchema.class {
  /** Replaces the secret; the one before works on until `previousUntil`. @returns the new secret, told once. */
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

/** A new secret; what is stored is its hash. */
export const newSecret = (): string => `vk_${randomBytes(32).toString('base64url')}`;
