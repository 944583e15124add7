import { z } from 'zod';
import type { Account } from '../../entities/account/account.ts';
import type { ApiDeps } from '../deps.ts';

export const customerSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    phone: z.string().nullable(),
    emailVerified: z.boolean(),
  })
  .meta({ id: 'Customer' });

/** The API representation of an account for its owner. */
export const customerView = ({ vault }: Pick<ApiDeps, 'vault'>, account: Account) => ({
  id: account.id,
  ...account.person(vault),
  emailVerified: account.emailVerifiedAt != null,
});
