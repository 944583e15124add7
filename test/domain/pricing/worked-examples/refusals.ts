import type { DiscountInput } from '../../../../src/domain/pricing/inputs.ts';
import { cart, code, courier, freeShipping, goodsIn, percent, some, type Theme } from './carts.ts';
import { shirt, speaker } from './goods.ts';

const ten = (changes: Partial<DiscountInput>): DiscountInput => code('TEN', percent(10), changes);
const refused = (changes: Partial<DiscountInput>) => cart({ lines: [some(1, shirt)], discounts: [ten(changes)] });

export const REFUSALS: Theme = {
  name: 'Codes that do not count, and why',
  examples: [
    {
      title: 'A paused discount',
      why: 'Staff have paused it',
      inputs: refused({ isEnabled: false }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: DISABLED',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'A discount that starts tomorrow',
      why: 'From 2026-11-02 on; it is 2026-11-01',
      inputs: refused({ startsAt: '2026-11-02T00:00:00+05:30' }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: NOT_STARTED',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'A discount in the instant in which it ends',
      why: 'The end itself does not belong to it',
      inputs: refused({ endsAt: '2026-11-01T11:30:00+05:30' }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: EXPIRED',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'The same discount one millisecond before',
      why: '10 % of 999.00',
      inputs: refused({ endsAt: '2026-11-01T11:30:00.001+05:30' }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹99.90, GST 5 % ₹42.82',
        'TEN takes ₹99.90',
        'CGST ₹21.41 + SGST ₹21.41',
        'To pay: ₹899.10',
      ],
    },
    {
      title: 'A discount for the trade, and somebody else',
      why: 'The customer is in no group',
      inputs: refused({ groupIds: ['trade'] }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: CUSTOMER_GROUP_REQUIRED',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'A discount for the first order, on a later one',
      why: 'The customer has ordered before',
      inputs: refused({ firstOrderOnly: true }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: FIRST_ORDER_ONLY',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'A discount whose uses are all taken',
      why: 'By this customer, by all customers, or of this code',
      inputs: refused({ usedUp: 'customer' }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: USAGE_LIMIT_REACHED',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'A discount for kitchenware, and a shirt',
      why: 'Nothing of it is in the cart',
      inputs: refused(goodsIn(['kitchen'])),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: NO_ELIGIBLE_ITEMS',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'One paisa below the smallest subtotal',
      why: '999.00 of 999.01',
      inputs: refused({ minSubtotal: 999_01 }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: MIN_SUBTOTAL_NOT_MET',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'The smallest subtotal is of the goods it is for, not of the cart',
      why: 'Clothing for 999.00, although the cart comes to 3,498.00',
      inputs: cart({
        lines: [some(1, shirt), some(1, speaker)],
        discounts: [ten({ ...goodsIn(['clothing']), minSubtotal: 1_000_00 })],
      }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        '1 × Speaker: ₹2,499.00, GST 18 % ₹381.20',
        'TEN refused: MIN_SUBTOTAL_NOT_MET',
        'CGST ₹214.39 + SGST ₹214.39',
        'To pay: ₹3,498.00',
      ],
    },
    {
      title: 'One below the smallest quantity',
      why: 'One of two',
      inputs: refused({ minQuantity: 2 }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: MIN_QUANTITY_NOT_MET',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'Below the lowest tier',
      why: 'One where the tiers begin at three',
      inputs: refused({
        offer: { kind: 'tiered', by: 'quantity', tiers: [{ from: 3, reduction: { kind: 'amount', amount: 50_00 } }] },
      }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: MIN_QUANTITY_NOT_MET',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'Below the lowest tier of a spend',
      why: '999.00 where the tiers begin at 1,000.00',
      inputs: refused({
        offer: {
          kind: 'tiered',
          by: 'spend',
          tiers: [{ from: 1_000_00, reduction: { kind: 'amount', amount: 50_00 } }],
        },
      }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: MIN_SUBTOTAL_NOT_MET',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'A code for free delivery where delivery is free anyway',
      why: 'Goods for 2,499.00: it would take nothing off',
      inputs: cart({ shipping: courier, lines: [some(1, speaker)], discounts: [code('SHIP', freeShipping)] }),
      bill: [
        '1 × Speaker: ₹2,499.00, GST 18 % ₹381.20',
        'Delivery, Karnataka: ₹0.00',
        'SHIP refused: NO_EFFECT',
        'CGST ₹190.60 + SGST ₹190.60',
        'To pay: ₹2,499.00',
      ],
    },
    {
      title: 'Two codes that are exclusive: the better counts, the other one is told so',
      why: '10 % and 15 % of 999.00',
      inputs: cart({
        lines: [some(1, shirt)],
        discounts: [ten({ stacking: 'exclusive' }), code('FIFTEEN', percent(15), { stacking: 'exclusive' })],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹149.85, GST 5 % ₹40.44',
        'FIFTEEN takes ₹149.85',
        'TEN refused: BETTER_DISCOUNT_APPLIED',
        'CGST ₹20.22 + SGST ₹20.22',
        'To pay: ₹849.15',
      ],
    },
    {
      title: 'Two codes that are both refused, each with its own reason',
      why: 'One has ended, the other is for two or more',
      inputs: cart({
        lines: [some(1, shirt)],
        discounts: [ten({ endsAt: '2026-10-31T00:00:00+05:30' }), code('TWO', percent(5), { minQuantity: 2 })],
      }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'TEN refused: EXPIRED',
        'TWO refused: MIN_QUANTITY_NOT_MET',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
  ],
};
