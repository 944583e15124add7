import { defineEntity, p } from '@mikro-orm/core';
import { refuseContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import { zoneContradictions } from '../../domain/pricing/contradictions/zone.ts';
import type { ShippingZone } from '../../domain/pricing/inputs.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { requireTaxClass } from '../catalogue/tax-rates.ts';

/** Key of the advisory lock that serialises changes of the default method. Arbitrary, but it must not change. */
const DEFAULT_METHOD_LOCK = 7_205_762;

const ShippingMethodSchema = defineEntity({
  name: 'ShippingMethod',
  tableName: 'shipping_methods',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    status: p.string().$type<'active' | 'archived'>(),
    isDefault: p.boolean(),
    position: p.integer(),
    hsn: p.text(),
    taxClass: p.text(),
    zones: p.json<readonly ShippingZone[]>(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

type Terms = Pick<ShippingMethod, 'name' | 'status' | 'isDefault' | 'position' | 'hsn' | 'taxClass' | 'zones'>;

const DEFAULTS = { status: 'active', isDefault: false, position: 100, hsn: '996812' } as const;

/** A way to deliver, priced by zone, weight and subtotal. At most one active method is the default. */
export class ShippingMethod extends ShippingMethodSchema.class {
  /** Lets one transaction at a time choose the default. Call it before a method is locked. */
  static async lockDefault(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock($1)`, [DEFAULT_METHOD_LOCK]);
  }

  /** Call it with the default locked. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  static async create(
    tx: Tx,
    terms: Pick<Terms, 'name' | 'taxClass' | 'zones'> & Partial<Terms>,
  ): Promise<ShippingMethod> {
    const method = Object.assign(new ShippingMethod(), { id: newId(), version: 1, createdAt: tx.now }, DEFAULTS);
    await method.change(tx, terms);
    tx.persist(method);
    return method;
  }

  /** Changes the given terms. Call it with the default locked. @throws CONTRADICTION, REFERENCE_UNKNOWN */
  async change(tx: Tx, terms: Partial<Terms>): Promise<void> {
    Object.assign(this, terms, { updatedAt: tx.now });
    refuseContradictions(zoneContradictions(this.zones));
    await requireTaxClass(tx, this.taxClass);
    if (this.isDefault && this.status === 'active') await this.unsetPreviousDefault(tx);
  }

  private async unsetPreviousDefault(tx: Tx): Promise<void> {
    await tx.query(
      `update shipping_methods set is_default = false, version = version + 1, updated_at = $2
        where is_default and id <> $1`,
      [this.id, tx.now],
    );
  }
}
ShippingMethodSchema.setClass(ShippingMethod);
