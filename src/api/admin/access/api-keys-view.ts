import { z } from 'zod';

export const keySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    permissions: z.array(z.string()),
    createdBy: z.uuid(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'Accurate to the minute.' }),
  })
  .meta({ id: 'ApiKey' });

export const newKeySchema = keySchema
  .extend({
    secret: z.string().optional().meta({ description: 'Send it in the `X-Api-Key` header. It is shown only once.' }),
  })
  .meta({ id: 'NewApiKey' });

/** The columns of a key without its hash. */
export const keyColumns = `id, name, permissions, created_by as "createdBy", created_at as "createdAt",
  expires_at as "expiresAt", last_used_at as "lastUsedAt"`;
