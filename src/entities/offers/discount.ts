import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import { type Contradiction, refuseContradictions } from '../../domain/pricing/contradictions/contradiction.ts';
import { type DiscountTerms, discountContradictions } from '../../domain/pricing/contradictions/discount.ts';
import { EMPTY_TARGET } from '../../domain/pricing/discounts/target.ts';
import type { Offer, Target } from '../../domain/pricing/inputs.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { insertCodes, type NewCodes, randomCodes } from './discount-codes.ts';
import { requireGoods, requireGroups } from './references.ts';
import { changeWindow, windowOf } from './time-window.ts';

const DiscountSchema = defineEntity({
  name: 'Discount',
  tableName: 'discounts',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    status: p.string().$type<'active' | 'paused' | 'archived'>(),
    isAutomatic: p.boolean(),
    priority: p.integer(),
    stacking: p.string().$type<'exclusive' | 'stackable'>(),
    stackGroup: p.text().nullable(),
    groupIds: p.array(),
    startsAt: p.datetime().nullable(),
    endsAt: p.datetime().nullable(),
    firstOrderOnly: p.boolean(),
    minSubtotal: p.bigint('number'),
    minQuantity: p.integer(),
    include: p.json<Target>(),
    exclude: p.json<Target>(),
    excludesBundles: p.boolean(),
    offer: p.json<Offer>(),
    maxUses: p.integer().nullable(),
    maxUsesPerCustomer: p.integer().nullable(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** The terms that staff decide; `codes` are added to those that the discount has. */
type Terms = DiscountTerms & Pick<Discount, 'status' | 'isAutomatic'> & { codes: readonly string[] };

const DEFAULTS = {
  ...{ status: 'active', isAutomatic: false, priority: 0, stacking: 'stackable', stackGroup: null, groupIds: [] },
  ...{ startsAt: null, endsAt: null, firstOrderOnly: false, minSubtotal: 0, minQuantity: 0, excludesBundles: false },
  ...{ include: EMPTY_TARGET, exclude: EMPTY_TARGET, maxUses: null, maxUsesPerCustomer: null },
} as const;

const MAX_ROUNDS = 20;

/** A discount on a cart, automatic or by code. */
export class Discount extends DiscountSchema.class {
  /** @throws CONTRADICTION, REFERENCE_UNKNOWN, NAME_TAKEN */
  static async create(tx: Tx, terms: Pick<Terms, 'name' | 'offer'> & Partial<Terms>): Promise<Discount> {
    const discount = Object.assign(new Discount(), { id: newId(), version: 1, createdAt: tx.now }, DEFAULTS);
    tx.persist(discount);
    await discount.change(tx, { codes: [], ...terms });
    return discount;
  }

  /** Changes the given terms. @throws CONTRADICTION, REFERENCE_UNKNOWN, NAME_TAKEN */
  async change(tx: Tx, { codes, startsAt, endsAt, ...terms }: Partial<Terms>): Promise<void> {
    Object.assign(this, terms, { updatedAt: tx.now });
    changeWindow(this, { startsAt, endsAt });
    this.refuseImpossible(codes ?? (await this.someCodes(tx)));
    await requireGroups(tx, this.groupIds);
    await requireGoods(tx, this);
    if (this.offer.kind === 'buy-x-get-y') {
      await requireGoods(tx, this.offer.buy, 'offer.buy.');
      await requireGoods(tx, this.offer.get, 'offer.get.');
    }
    if (!codes?.length) return;
    // Codes refer to the row of the discount.
    await tx.write();
    await this.addCodes(tx, { codes, maxUses: null });
  }

  /** Adds all codes, or none. @throws NAME_TAKEN with up to 20 codes that exist already */
  async addCodes(tx: Tx, { codes, maxUses }: NewCodes): Promise<void> {
    const distinct = [...new Set(codes)];
    const added = new Set(await insertCodes(tx, this.id, { codes: distinct, maxUses }));
    const taken = distinct.filter((code) => !added.has(code));
    if (taken.length > 0) throw refused('NAME_TAKEN', { codes: taken.slice(0, 20) });
  }

  /** Adds `count` random codes. @throws CONTRADICTION when too few codes of this length are left */
  async generateCodes(
    tx: Tx,
    { count, maxUses, ...shape }: { count: number; prefix: string; length: number } & Pick<NewCodes, 'maxUses'>,
  ): Promise<string[]> {
    const generated: string[] = [];
    for (let round = 0; generated.length < count && round < MAX_ROUNDS; round++) {
      const codes = randomCodes(count - generated.length, shape);
      generated.push(...(await insertCodes(tx, this.id, { codes, maxUses })));
    }
    const problem = 'too few unused codes of this length are left';
    if (generated.length < count) refuseContradictions([{ where: 'length', problem, expected: 'a greater length' }]);
    return generated;
  }

  /** @throws DISCOUNT_CODE_NOT_FOUND */
  async removeCode(tx: Tx, code: string): Promise<void> {
    const remove = `delete from discount_codes where discount_id = $1 and code = $2 returning 1`;
    const removed = await tx.query(remove, [this.id, code]);
    if (removed.length === 0) throw refused('DISCOUNT_CODE_NOT_FOUND', { code });
  }

  /** Removes the discount and its codes; the write fails when a checkout has redeemed it. */
  async remove(tx: Tx): Promise<void> {
    await tx.query(`delete from discount_codes where discount_id = $1`, [this.id]);
    await tx.query(`delete from discount_uses where discount_id = $1 and used = 0`, [this.id]);
    tx.remove(this);
  }

  private someCodes(tx: Tx): Promise<object[]> {
    return tx.query(`select code from discount_codes where discount_id = $1 limit 1`, [this.id]);
  }

  private refuseImpossible(codes: readonly unknown[]): void {
    const { isAutomatic, status } = this;
    const { stackGroup = null, maxUses = null, maxUsesPerCustomer = null } = this;
    const unwanted: Contradiction = {
      where: 'codes',
      problem: 'an automatic discount has no codes',
      expected: 'no codes',
    };
    const missing: Contradiction = {
      where: 'codes',
      problem: 'an active discount needs a code unless it is automatic',
      expected: 'a code, isAutomatic, or status paused',
    };
    refuseContradictions([
      ...discountContradictions({ ...this, stackGroup, maxUses, maxUsesPerCustomer, ...windowOf(this) }),
      ...(isAutomatic && codes.length > 0 ? [unwanted] : []),
      ...(!isAutomatic && codes.length === 0 && status === 'active' ? [missing] : []),
    ]);
  }
}
DiscountSchema.setClass(Discount);
