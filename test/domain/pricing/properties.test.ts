import { expect } from 'chai';
import fc from 'fast-check';
import { sum } from '../../../src/domain/money/money.ts';
import { unitsOf } from '../../../src/domain/money/unit-shares.ts';
import type { Goods, PricingInputs } from '../../../src/domain/pricing/inputs.ts';
import type { PricedLine, PricingOutput, ShippingShare } from '../../../src/domain/pricing/output.ts';
import { priceCart } from '../../../src/domain/pricing/price-cart.ts';
import { replay, snapshotOf } from '../../../src/domain/pricing/snapshot.ts';
import { RUNS } from '../arbitraries.ts';
import { carts, discountOf, smallCarts } from './carts.ts';
import { oracleBill } from './tax-oracle.ts';

const runs = { numRuns: RUNS };
const taxOf = ({ cgst, sgst, igst }: { cgst: number; sgst: number; igst: number }) => cgst + sgst + igst;
const deliveryOf = ({ shipping }: PricingOutput) => (shipping ? shipping.price - shipping.discount : 0);

/** The same cart with all its lists in another order. */
const turned = (from: fc.Arbitrary<PricingInputs>) =>
  from.chain((inputs) => {
    const turn = <T>(list: readonly T[]) => fc.shuffledSubarray([...list], { minLength: list.length });
    return fc
      .record({
        lines: turn(inputs.lines),
        bundles: turn(inputs.bundles),
        priceLists: turn(inputs.priceLists),
        rules: turn(inputs.rules),
        discounts: turn(inputs.discounts),
        groupIds: turn(inputs.groupIds),
      })
      .map((lists) => ({ inputs, turned: { ...inputs, ...lists } }));
  });

describe('any priced cart', function () {
  this.timeout(60_000);

  it('adds up: lines, delivery, taxes, summary and totals', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const output = priceCart(inputs);
        const { lines, taxSummary, totals, shipping } = output;
        const parts = shipping ? [...lines, shipping] : lines;
        expect(totals.subtotal).to.equal(sum(lines.map((line) => line.lineTotal)));
        expect(totals.discount).to.equal(sum(lines.map((line) => line.discount)));
        expect(totals.shipping).to.equal(deliveryOf(output));
        expect(totals.tax).to.equal(sum(parts.map(taxOf)));
        const onTop = inputs.pricesIncludeTax ? 0 : totals.tax;
        expect(totals.total).to.equal(totals.subtotal - totals.discount + totals.shipping + onTop);
        expect(totals.total).to.equal(sum(parts.map((part) => part.taxableValue + taxOf(part))));
        expect(sum(taxSummary.map(taxOf))).to.equal(totals.tax);
        expect(sum(taxSummary.map((row) => row.taxableValue))).to.equal(totals.total - totals.tax);
      }),
      runs,
    );
  });

  it('has discounts that are what is taken off, each of them something', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const { discounts, totals, shipping, bundles, lines } = priceCart(inputs);
        expect(sum(discounts.map(({ amount }) => amount))).to.equal(totals.discount + (shipping?.discount ?? 0));
        for (const { amount } of discounts) expect(amount).to.be.above(0);
        const inBundles = lines.filter(({ bundle }) => bundle !== undefined);
        expect(sum(bundles.map(({ lineTotal }) => lineTotal))).to.equal(sum(inBundles.map((line) => line.lineTotal)));
        expect(sum(bundles.map(({ discount }) => discount))).to.equal(sum(inBundles.map((line) => line.discount)));
        for (const { lineTotal, unitPrice, quantity } of bundles) expect(lineTotal).to.equal(unitPrice * quantity);
      }),
      runs,
    );
  });

  it('has nothing below zero', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const { lines, totals, shipping } = priceCart(inputs);
        const amounts = (line: PricedLine) => [line.lineTotal, line.discount, line.taxableValue, line.unitPrice];
        const all = [...lines.flatMap(amounts), ...Object.values(totals), ...lines.map(taxOf)];
        if (shipping) all.push(shipping.taxableValue, shipping.discount, taxOf(shipping));
        for (const share of shipping?.shares ?? []) all.push(share.taxableValue, share.paid, taxOf(share));
        expect(all.filter((value) => value < 0)).to.deep.equal([]);
        expect(lines.filter((line) => line.discount > line.lineTotal)).to.deep.equal([]);
      }),
      runs,
    );
  });

  it('has equal halves of the tax, in every line and in every share of the delivery', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const { lines, shipping, taxSummary } = priceCart(inputs);
        for (const { cgst, sgst } of [...lines, ...(shipping?.shares ?? []), ...taxSummary]) {
          expect(sgst).to.equal(cgst);
        }
      }),
      runs,
    );
  });

  it('has a delivery that is its shares, each at a rate of its own', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const { shipping, lines } = priceCart(inputs);
        if (!shipping) return;
        const { shares = [], price, discount } = shipping;
        const rates = shares.map(({ ratePercent }) => ratePercent);
        expect(new Set(rates).size).to.equal(rates.length);
        for (const field of ['taxableValue', 'cgst', 'sgst', 'igst'] as const) {
          expect(sum(shares.map((share) => share[field]))).to.equal(shipping[field]);
        }
        for (const share of shares) expect(share.taxableValue + taxOf(share)).to.equal(share.paid);
        const charged = sum(shares.map(({ paid, taxableValue }) => (inputs.pricesIncludeTax ? paid : taxableValue)));
        expect(charged).to.equal(price - discount);
        if (inputs.shippingTax !== 'own') expect(lines.map((line) => line.ratePercent)).to.include.members(rates);
      }),
      runs,
    );
  });

  it('is taxed as a slow oracle says', () => {
    fc.assert(
      fc.property(fc.oneof(carts, smallCarts), (inputs) => {
        const output = priceCart(inputs);
        const goods: (Goods & { setId?: string })[] = [
          ...inputs.lines,
          ...inputs.bundles.flatMap((one) => one.components),
        ];
        const lines = output.lines.map(({ variantId, quantity, lineTotal, discount, bundle }, place) => {
          const { taxRates = [], setId = '' } = goods[place] ?? {};
          return { variantId, quantity, lineTotal, amount: lineTotal - discount, bundle, taxRates, setId };
        });
        const expected = oracleBill(inputs, lines, deliveryOf(output));
        const taxed = ({ ratePercent, taxableValue, cgst, sgst, igst }: PricedLine | ShippingShare) => ({
          ...{ ratePercent, paid: taxableValue + cgst + sgst + igst, cgst, sgst, igst },
        });
        expect(output.lines.map(taxed)).to.deep.equal(expected.lines);
        expect((output.shipping?.shares ?? []).map(taxed)).to.deep.equal(expected.delivery);
        expect(output.totals.total).to.equal(expected.total);
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it('freezes units that add up to their line', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        for (const line of priceCart(inputs).lines.filter(({ quantity }) => quantity <= 60)) {
          const units = Array.from({ length: line.quantity }, (_, index) => unitsOf(line, { from: index, count: 1 }));
          for (const field of ['taxableValue', 'discount', 'cgst', 'sgst', 'igst'] as const) {
            expect(sum(units.map((unit) => unit[field]))).to.equal(line[field]);
          }
          for (const { paid, discount, cgst, igst } of units)
            expect(Math.min(paid, discount, cgst, igst)).to.be.at.least(0);
          expect(sum(units.map((unit) => unit.paid))).to.equal(line.taxableValue + taxOf(line));
        }
      }),
      runs,
    );
  });

  it('does not depend on the order of anything that it is made of', () => {
    // Two bundles that are alike may share an odd paisa either way: what is compared is what each line has.
    const facts = ({ variantId, lineTotal, discount, taxableValue, cgst, sgst, igst }: PricedLine) =>
      [variantId, lineTotal, discount, taxableValue, cgst, sgst, igst].join();
    fc.assert(
      fc.property(turned(carts), ({ inputs, turned: other }) => {
        const [before, after] = [priceCart(inputs), priceCart(other)];
        expect(after.totals).to.deep.equal(before.totals);
        expect(after.taxSummary).to.deep.equal(before.taxSummary);
        expect(after.discounts).to.deep.equal(before.discounts);
        expect(after.refusals).to.have.deep.members(before.refusals);
        expect(after.lines.map(facts).toSorted()).to.deep.equal(before.lines.map(facts).toSorted());
      }),
      runs,
    );
  });

  it('never gets dearer by one more discount', () => {
    const oneMore = fc
      .tuple(smallCarts, discountOf({ isOpen: true }))
      .filter(([{ discounts }, extra]) => !discounts.some(({ id }) => id === extra.id));
    fc.assert(
      fc.property(oneMore, ([cart, extra]) => {
        // Without tax on top: where a cheaper unit falls into a dearer slab, the tax is the law's.
        const inputs = { ...cart, pricesIncludeTax: true };
        const after = priceCart({ ...inputs, discounts: [...inputs.discounts, extra] });
        expect(after.totals.total).to.be.at.most(priceCart(inputs).totals.total);
      }),
      runs,
    );
  });

  it('keeps caps, and what is asked for before a discount counts', () => {
    fc.assert(
      fc.property(smallCarts, (inputs) => {
        const { discounts, lines } = priceCart(inputs);
        const units = sum(lines.map(({ quantity }) => quantity));
        const subtotal = sum(lines.map(({ lineTotal }) => lineTotal));
        for (const { id, amount } of discounts) {
          const discount = inputs.discounts.find((one) => one.id === id);
          if (!discount) throw new Error(`${id} came from nowhere`);
          const { offer, minQuantity, minSubtotal } = discount;
          expect(units).to.be.at.least(minQuantity);
          expect(subtotal).to.be.at.least(minSubtotal);
          if (offer.kind === 'percentage' && offer.cap !== null) expect(amount).to.be.at.most(offer.cap);
          if (offer.kind === 'fixed-amount' && offer.per === 'order') expect(amount).to.be.at.most(offer.amount);
          if (offer.kind === 'cart' && offer.reduction.kind === 'amount')
            expect(amount).to.be.at.most(offer.reduction.amount);
        }
      }),
      runs,
    );
  });

  it('combines nothing with an exclusive discount, and takes one of each lane', () => {
    fc.assert(
      fc.property(smallCarts, (inputs) => {
        const chosen = priceCart(inputs).discounts.map(({ id }) => inputs.discounts.find((one) => one.id === id));
        if (chosen.some((one) => one?.stacking === 'exclusive')) expect(chosen).to.have.lengthOf(1);
        const lanes = chosen.flatMap((one) => one?.stackGroup ?? []);
        expect(new Set(lanes).size).to.equal(lanes.length);
      }),
      runs,
    );
  });

  it('says of every discount what became of it', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const { explanation, discounts, refusals } = priceCart(inputs);
        const told = new Set(explanation.filter(({ step }) => step === 'discount').map(({ id }) => id));
        expect([...told]).to.have.members(inputs.discounts.map(({ id }) => id));
        const counted = new Set(discounts.map(({ id }) => id));
        const codes = inputs.discounts.filter(({ code, id }) => code !== null && !counted.has(id));
        expect(refusals.map(({ id }) => id)).to.have.members(codes.map(({ id }) => id));
      }),
      runs,
    );
  });

  it('is the same when its snapshot is replayed years later, through JSON', () => {
    fc.assert(
      fc.property(carts, (inputs) => {
        const snapshot = snapshotOf(inputs);
        const stored = JSON.parse(JSON.stringify(snapshot)) as typeof snapshot;
        expect(stored).to.deep.equal(snapshot);
        expect(replay(stored)).to.deep.equal(stored.output);
      }),
      runs,
    );
  });
});
