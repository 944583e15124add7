import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import type { Address } from '../checkout/checkout.ts';
import { lockCustomer } from './customer.ts';
import { openColumn, sealColumn, type Vault } from './privacy/vault.ts';

/** Most addresses per account. */
const MOST_ADDRESSES = 50;

const SavedAddressSchema = defineEntity({
  name: 'SavedAddress',
  tableName: 'addresses',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    address: p.text(),
    isDefault: p.boolean(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** A saved address of a customer. Lock the account row first, so that there is only one default address. */
export class SavedAddress extends SavedAddressSchema.class {
  write(vault: Vault, address: Address): void {
    this.address = sealColumn(vault, JSON.stringify(address), place(this.id));
  }
}
SavedAddressSchema.setClass(SavedAddress);

export interface AddressView extends Address {
  id: string;
  isDefault: boolean;
  version: number;
}

type AddressRow = Pick<AddressView, 'id' | 'isDefault' | 'version'> & { address: string };

/** Lists the addresses of an account: the default first, then the newest. */
export async function listAddresses(query: Query, vault: Vault, accountId: string): Promise<AddressView[]> {
  const rows = await query<AddressRow>(
    `select id, address, is_default as "isDefault", version from addresses where account_id = $1 order by is_default desc, id desc`,
    [accountId],
  );
  return rows.map((row) => viewOf(vault, row));
}

/** Adds an address. The first address becomes the default. @throws QUANTITY_LIMIT_EXCEEDED, CUSTOMER_NOT_FOUND */
export async function addAddress(
  tx: Tx,
  vault: Vault,
  { accountId, address, isDefault }: { accountId: string; address: Address; isDefault: boolean },
): Promise<AddressView> {
  await lockCustomer(tx, accountId);
  const [existing] = await tx.query<{ count: number }>(
    `select count(*)::int as count from addresses where account_id = $1`,
    [accountId],
  );
  const count = existing?.count ?? 0;
  if (count >= MOST_ADDRESSES)
    throw refused(
      'QUANTITY_LIMIT_EXCEEDED',
      { addresses: MOST_ADDRESSES },
      `An account keeps at most ${MOST_ADDRESSES} addresses.`,
    );
  const id = newId();
  const becomesDefault = isDefault || count === 0;
  if (becomesDefault) await clearDefault(tx, accountId);
  const row = { id, account_id: accountId, is_default: becomesDefault, version: 1 };
  const text = sealColumn(vault, JSON.stringify(address), place(id));
  tx.append('addresses', { ...row, address: text, created_at: tx.now, updated_at: tx.now });
  return { id, isDefault: becomesDefault, version: 1, ...address };
}

/**
 * Replaces an address, or makes it the default. `checkVersion` gets the version before the change, under the lock.
 * @throws ADDRESS_NOT_FOUND, also for an address of another account, and the errors of `checkVersion`
 */
export async function changeAddress(
  tx: Tx,
  vault: Vault,
  change: {
    accountId: string;
    id: string;
    address?: Address | undefined;
    isDefault?: true | undefined;
    checkVersion?(version: number): void;
  },
): Promise<AddressView> {
  const { accountId, id, address, isDefault, checkVersion } = change;
  await lockCustomer(tx, accountId);
  const saved = await lockAddress(tx, { accountId, id });
  checkVersion?.(saved.version);
  if (isDefault && !saved.isDefault) {
    await clearDefault(tx, accountId);
    saved.isDefault = true;
  }
  if (address) saved.write(vault, address);
  saved.updatedAt = tx.now;
  await tx.write();
  return viewOf(vault, saved);
}

/**
 * Removes an address. If it was the default, the newest remaining address becomes the default.
 * @throws ADDRESS_NOT_FOUND
 */
export async function removeAddress(tx: Tx, { accountId, id }: { accountId: string; id: string }): Promise<void> {
  await lockCustomer(tx, accountId);
  const removed = await tx.query<{ isDefault: boolean }>(
    `delete from addresses where id = $1 and account_id = $2 returning is_default as "isDefault"`,
    [id, accountId],
  );
  if (removed.length === 0) throw refused('ADDRESS_NOT_FOUND', { addressId: id });
  if (!removed[0]?.isDefault) return;
  await tx.query(
    `update addresses set is_default = true, version = version + 1
      where id = (select id from addresses where account_id = $1 order by id desc limit 1)`,
    [accountId],
  );
}

async function lockAddress(tx: Tx, { accountId, id }: { accountId: string; id: string }): Promise<SavedAddress> {
  const saved = await tx.lock(SavedAddress, { id, accountId });
  if (!saved) throw refused('ADDRESS_NOT_FOUND', { addressId: id });
  return saved;
}

const clearDefault = (tx: Tx, accountId: string) =>
  tx.query(`update addresses set is_default = false, version = version + 1 where account_id = $1 and is_default`, [
    accountId,
  ]);

const viewOf = (vault: Vault, row: AddressRow): AddressView => ({
  id: row.id,
  isDefault: row.isDefault,
  version: row.version,
  ...(JSON.parse(openColumn(vault, row.address, place(row.id))) as Address),
});

const place = (id: string): string => `addresses.address:${id}`;
