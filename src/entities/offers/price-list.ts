import { defineEntity, p } from '@mikro-orm/core';
import { refuseContradictions, windowContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import type { PriceListEntry } from '../../domain/pricing/inputs.ts';
import type { PriceListTerms } from '../../domain/pricing/unit-prices/unit-price.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { requireExistingIds, requireGroups } from './references.ts';
import { changeWindow, windowOf } from './time-window.ts';

const PriceListSchema = defineEntity({
  name: 'PriceList',
  tableName: 'price_lists',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    status: p.string().$type<'active' | 'archived'>(),
    priority: p.integer(),
    groupIds: p.array(),
    startsAt: p.datetime().nullable(),
    endsAt: p.datetime().nullable(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

type Terms = Omit<PriceListTerms, 'id'> & Pick<PriceList, 'status'>;

const DEFAULTS = { status: 'active', priority: 0, groupIds: [], startsAt: null, endsAt: null } as const;

/** Other unit prices for variants, by customer group, period and quantity. */
export class PriceList extends PriceListSchema.class {
  /** @throws CONTRADICTION, REFERENCE_UNKNOWN */
  static async create(tx: Tx, terms: Pick<Terms, 'name'> & Partial<Terms>): Promise<PriceList> {
    const list = Object.assign(new PriceList(), { id: newId(), version: 1, createdAt: tx.now }, DEFAULTS);
    await list.change(tx, terms);
    tx.persist(list);
    return list;
  }

  /** Changes the given terms. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  async change(tx: Tx, { startsAt, endsAt, ...terms }: Partial<Terms>): Promise<void> {
    Object.assign(this, terms, { updatedAt: tx.now });
    changeWindow(this, { startsAt, endsAt });
    refuseContradictions(windowContradictions(windowOf(this)));
    await requireGroups(tx, this.groupIds);
  }

  /** Adds entries; an entry replaces the one with its variant and quantity. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  async setEntries(tx: Tx, entries: readonly PriceListEntry[]): Promise<void> {
    refuseRepeated(entries);
    const variantIds = entries.map((entry) => entry.variantId);
    await requireExistingIds(tx, { field: 'entries', table: 'variants', ids: variantIds });
    await tx.query(
      `insert into price_list_entries (variant_id, price_list_id, min_quantity, price)
        select variant_id, $1, min_quantity, price
          from unnest($2::uuid[], $3::int[], $4::bigint[]) as e (variant_id, min_quantity, price)
        on conflict (variant_id, price_list_id, min_quantity) do update set price = excluded.price`,
      [this.id, variantIds, entries.map((entry) => entry.minQuantity), entries.map((entry) => entry.price)],
    );
    this.updatedAt = tx.now;
  }

  /** Removes the entries of a variant. @returns them */
  async removeEntries(tx: Tx, variantId: string): Promise<Omit<PriceListEntry, 'variantId'>[]> {
    this.updatedAt = tx.now;
    return tx.query(
      `delete from price_list_entries where price_list_id = $1 and variant_id = $2
        returning min_quantity as "minQuantity", price`,
      [this.id, variantId],
    );
  }
}
PriceListSchema.setClass(PriceList);

/** Refuses two entries for one variant and quantity, because either could win. @throws CONTRADICTION */
function refuseRepeated(entries: readonly PriceListEntry[]): void {
  const seen = new Set<string>();
  const problems = entries.flatMap(({ variantId, minQuantity }, index) => {
    const key = `${variantId} ${minQuantity}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const problem = 'repeats the variant and quantity of an earlier entry';
    return [{ where: `entries[${index}]`, problem, expected: 'one entry for each variant and quantity' }];
  });
  refuseContradictions(problems);
}
