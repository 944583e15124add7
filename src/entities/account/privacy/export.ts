import type { Address } from '../../checkout/checkout.ts';
import { place } from '../account.ts';
import { formerEmailPlace } from '../email-change.ts';
import { exportPreferences } from '../preferences.ts';
import { type ExportSources, readCarts, readCheckouts, readOrders } from './purchases.ts';
import { openColumn } from './vault.ts';

/** Exports all stored data of a customer in clear text. @returns undefined if the customer does not exist */
export async function exportCustomer(files: ExportSources, customerId: string) {
  const profile = await readProfile(files, customerId);
  if (!profile) return undefined;
  // One query after the other: an export is not urgent and must not take connections from buyers.
  return {
    profile,
    emailChanges: await readEmailChanges(files, customerId),
    addresses: await readAddresses(files, customerId),
    groups: await readGroups(files, customerId),
    sessions: await readSessions(files, customerId),
    carts: await readCarts(files, customerId),
    checkouts: await readCheckouts(files, customerId),
    orders: await readOrders(files, customerId),
    reviews: await readReviews(files, customerId),
    preferences: await exportPreferences(files, customerId),
  };
}

export type PersonalData = NonNullable<Awaited<ReturnType<typeof exportCustomer>>>;

async function readProfile({ query, vault }: ExportSources, id: string) {
  const [row] = await query<{
    status: string;
    email: string;
    name: string;
    phone: string | null;
    emailVerifiedAt: Date | null;
    createdAt: Date;
  }>(
    `select status, email, name, phone, email_verified_at as "emailVerifiedAt", created_at as "createdAt"
      from accounts where id = $1 and kind = 'customer' and status <> 'erased'`,
    [id],
  );
  if (!row) return undefined;
  return {
    id,
    ...row,
    email: openColumn(vault, row.email, place('email', id)),
    name: openColumn(vault, row.name, place('name', id)),
    phone: openColumn(vault, row.phone, place('phone', id)),
  };
}

async function readEmailChanges({ query, vault }: ExportSources, accountId: string) {
  const rows = await query<{ id: string; formerEmail: string; createdAt: Date; expiresAt: Date }>(
    `select id, former_email as "formerEmail", created_at as "createdAt", expires_at as "expiresAt"
      from email_changes where account_id = $1 order by position`,
    [accountId],
  );
  return rows.map((row) => ({ ...row, formerEmail: openColumn(vault, row.formerEmail, formerEmailPlace(row.id)) }));
}

async function readAddresses({ query, vault }: ExportSources, accountId: string) {
  const rows = await query<{ id: string; address: string; isDefault: boolean; createdAt: Date; updatedAt: Date }>(
    `select id, address, is_default as "isDefault", created_at as "createdAt", updated_at as "updatedAt"
      from addresses where account_id = $1 order by id`,
    [accountId],
  );
  return rows.map((row) => {
    const text = openColumn(vault, row.address, `addresses.address:${row.id}`);
    return { ...row, address: JSON.parse(text) as Address };
  });
}

const readGroups = ({ query }: ExportSources, accountId: string) =>
  query<{ id: string; name: string; addedAt: Date }>(
    `select g.id, g.name, m.added_at as "addedAt" from customer_group_members m join customer_groups g on g.id = m.group_id
      where m.account_id = $1 order by g.id`,
    [accountId],
  );

const readReviews = ({ query }: ExportSources, customerId: string) =>
  query<{
    id: string;
    variantId: string;
    state: string;
    rating: number;
    title: string;
    body: string;
    createdAt: Date;
    updatedAt: Date;
  }>(
    `select id, variant_id as "variantId", state, rating, title, body, created_at as "createdAt", updated_at as "updatedAt"
      from reviews where customer_id = $1 and state <> 'deleted' order by id`,
    [customerId],
  );

async function readSessions({ query, vault }: ExportSources, accountId: string) {
  const rows = await query<{
    id: string;
    client: string;
    createdAt: Date;
    lastUsedAt: Date;
    expiresAt: Date;
    revokedAt: Date | null;
    revokedBecause: string | null;
  }>(
    `select id, client, created_at as "createdAt", last_used_at as "lastUsedAt", expires_at as "expiresAt",
        revoked_at as "revokedAt", revoked_because as "revokedBecause"
      from sessions where account_id = $1 order by id`,
    [accountId],
  );
  return rows.map((row) => ({ ...row, client: openColumn(vault, row.client, `sessions.client:${row.id}`) }));
}
