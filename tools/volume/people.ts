import type pg from 'pg';
import { v7 } from 'uuid';
import { sealColumn, type Vault } from '../../src/entities/account/privacy/vault.ts';

/** A purchase that is copied, with the personal data that its copies get under other ids. */
export interface Template {
  /** Its number among the templates. */
  n: number;
  /** When its checkout began, in milliseconds. */
  atMs: number;
  checkoutId: string;
  hasOrder: boolean;
  /** Clear texts. */
  shippingAddress: string | null;
  billingAddress: string | null;
}

/** The checkout of a copy. */
export interface CopiedCheckout {
  copy: number;
  checkoutId: string;
  template: Template;
}

/** The address that a guest types; each comes back about three times. */
const guestAddress = (copy: number, guestCount: number): string => `guest-${copy % guestCount}@example.com`;

/**
 * Stores the personal columns of the copies, sealed for their new rows. The sweeper has emptied those of a checkout that
 * ended without an order.
 */
export async function sealCheckouts(
  client: pg.Client,
  vault: Vault,
  { copies, guestCount }: { copies: readonly CopiedCheckout[]; guestCount: number },
): Promise<void> {
  const rows = copies
    .filter(({ template }) => template.hasOrder)
    .map(({ copy, checkoutId, template }) => {
      const email = guestAddress(copy, guestCount);
      const seal = (column: string, text: string | null) =>
        sealColumn(vault, text, `checkouts.${column}:${checkoutId}`);
      return {
        copy,
        email: seal('email', email),
        email_index: vault.indexOf(email),
        shipping_address: seal('shipping_address', template.shippingAddress),
        billing_address: seal('billing_address', template.billingAddress),
      };
    });
  await client.query(
    `update volume_copies c set email = s.email, email_index = s.email_index, shipping_address = s.shipping_address,
        billing_address = s.billing_address
      from jsonb_to_recordset($1::jsonb) as s (copy bigint, email text, email_index text, shipping_address text, billing_address text)
      where s.copy = c.copy`,
    [JSON.stringify(rows)],
  );
}

/** Creates customers who have been there since an instant. @returns their ids */
export async function insertAccounts(
  client: pg.Client,
  vault: Vault,
  { count, first, atMs }: { count: number; first: number; atMs: number },
): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index) => {
    const id = v7({ msecs: atMs });
    const email = `customer-${first + index}@example.com`;
    return {
      id,
      email: sealColumn(vault, email, `accounts.email:${id}`),
      email_index: vault.indexOf(email),
      name: sealColumn(vault, `Customer ${first + index}`, `accounts.name:${id}`),
    };
  });
  await client.query(
    `insert into accounts (id, kind, status, email, email_index, name, created_at, updated_at)
      select id, 'customer', 'active', email, email_index, name, to_timestamp($2::float8 / 1000), to_timestamp($2::float8 / 1000)
        from jsonb_to_recordset($1::jsonb) as s (id uuid, email text, email_index text, name text)`,
    [JSON.stringify(rows), atMs],
  );
  return rows.map(({ id }) => id);
}
