import type { Offer } from '../../../../src/domain/pricing/inputs.ts';
import { automatic, cart, goodsIn, some, type Theme } from './carts.ts';
import { coffee, pan, shirt, speaker, tea } from './goods.ts';

const byNumber: Offer = {
  ...{ kind: 'tiered', by: 'quantity' },
  tiers: [
    { from: 3, reduction: { kind: 'percent', percent: 5, cap: null } },
    { from: 6, reduction: { kind: 'percent', percent: 10, cap: null } },
  ],
};
const bySpend: Offer = {
  ...{ kind: 'tiered', by: 'spend' },
  tiers: [
    { from: 1_000_00, reduction: { kind: 'amount', amount: 100_00 } },
    { from: 2_000_00, reduction: { kind: 'amount', amount: 300_00 } },
  ],
};
const numbers = automatic('The more', byNumber);
const spend = automatic('Spend', bySpend);
const wholeCart: Offer = { kind: 'cart', reduction: { kind: 'amount', amount: 200_00 } };

export const TIERS: Theme = {
  name: 'Tiers, and discounts on the whole cart',
  examples: [
    {
      title: '5 % from three on, 10 % from six on: two',
      why: 'No tier is reached',
      inputs: cart({ lines: [some(2, coffee)], discounts: [numbers] }),
      bill: ['2 × Coffee: ₹698.00, GST 5 % ₹33.24', 'CGST ₹16.62 + SGST ₹16.62', 'To pay: ₹698.00'],
    },
    {
      title: '5 % from three on, 10 % from six on: three',
      why: '5 % of 1,047.00',
      inputs: cart({ lines: [some(3, coffee)], discounts: [numbers] }),
      bill: [
        '3 × Coffee: ₹1,047.00 − ₹52.35, GST 5 % ₹47.36',
        'The more takes ₹52.35',
        'CGST ₹23.68 + SGST ₹23.68',
        'To pay: ₹994.65',
      ],
    },
    {
      title: '5 % from three on, 10 % from six on: five, of two kinds',
      why: '5 % of 1,047.00 + 500.00: 77.35, shared as 52.35 and 25.00',
      inputs: cart({ lines: [some(3, coffee), some(2, tea)], discounts: [numbers] }),
      bill: [
        '3 × Coffee: ₹1,047.00 − ₹52.35, GST 5 % ₹47.36',
        '2 × Tea: ₹500.00 − ₹25.00, GST 5 % ₹22.62',
        'The more takes ₹77.35',
        'CGST ₹34.99 + SGST ₹34.99',
        'To pay: ₹1,469.65',
      ],
    },
    {
      title: '5 % from three on, 10 % from six on: six, and 10 % of all six',
      why: '10 % of 2,094.00',
      inputs: cart({ lines: [some(6, coffee)], discounts: [numbers] }),
      bill: [
        '6 × Coffee: ₹2,094.00 − ₹209.40, GST 5 % ₹89.74',
        'The more takes ₹209.40',
        'CGST ₹44.87 + SGST ₹44.87',
        'To pay: ₹1,884.60',
      ],
    },
    {
      title: '₹100.00 off from ₹1,000.00 on, ₹300.00 from ₹2,000.00 on: ₹999.99',
      why: 'No tier is reached',
      inputs: cart({ lines: [some(1, speaker, 999_99)], discounts: [spend] }),
      bill: ['1 × Speaker: ₹999.99, GST 18 % ₹152.54', 'CGST ₹76.27 + SGST ₹76.27', 'To pay: ₹999.99'],
    },
    {
      title: '₹100.00 off from ₹1,000.00 on, ₹300.00 from ₹2,000.00 on: ₹1,000.00',
      why: 'The first tier',
      inputs: cart({ lines: [some(1, speaker, 1_000_00)], discounts: [spend] }),
      bill: [
        '1 × Speaker: ₹1,000.00 − ₹100.00, GST 18 % ₹137.28',
        'Spend takes ₹100.00',
        'CGST ₹68.64 + SGST ₹68.64',
        'To pay: ₹900.00',
      ],
    },
    {
      title: '₹100.00 off from ₹1,000.00 on, ₹300.00 from ₹2,000.00 on: ₹1,999.99',
      why: 'Still the first tier',
      inputs: cart({ lines: [some(1, speaker, 1_999_99)], discounts: [spend] }),
      bill: [
        '1 × Speaker: ₹1,999.99 − ₹100.00, GST 18 % ₹289.82',
        'Spend takes ₹100.00',
        'CGST ₹144.91 + SGST ₹144.91',
        'To pay: ₹1,899.99',
      ],
    },
    {
      title: '₹100.00 off from ₹1,000.00 on, ₹300.00 from ₹2,000.00 on: ₹2,000.00',
      why: 'The second tier, instead of the first',
      inputs: cart({ lines: [some(1, speaker, 2_000_00)], discounts: [spend] }),
      bill: [
        '1 × Speaker: ₹2,000.00 − ₹300.00, GST 18 % ₹259.32',
        'Spend takes ₹300.00',
        'CGST ₹129.66 + SGST ₹129.66',
        'To pay: ₹1,700.00',
      ],
    },
    {
      title: '₹200.00 off the whole cart with clothing for ₹999.00 or more',
      why: 'The shirt is the condition, all lines get their part: 200.00 × 999 / 2,298 = 86.945 → 86.95 and 113.05',
      inputs: cart({
        lines: [some(1, shirt), some(1, pan)],
        discounts: [automatic('₹200 off the cart', wholeCart, { ...goodsIn(['clothing']), minSubtotal: 999_00 })],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹86.95, GST 5 % ₹43.44',
        '1 × Pan: ₹1,299.00 − ₹113.05, GST 5 % ₹56.48',
        '₹200 off the cart takes ₹200.00',
        'CGST ₹49.96 + SGST ₹49.96',
        'To pay: ₹2,098.00',
      ],
    },
    {
      title: '15 % off the cart from ₹2,000.00 on, at most ₹300.00',
      why: '15 % of 2,298.00 = 344.70, so 300.00: × 999 / 2,298 = 130.418 → 130.42 and 169.58',
      inputs: cart({
        lines: [some(1, shirt), some(1, pan)],
        discounts: [
          automatic(
            'Big cart',
            { kind: 'cart', reduction: { kind: 'percent', percent: 15, cap: 300_00 } },
            { minSubtotal: 2_000_00 },
          ),
        ],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹130.42, GST 5 % ₹41.36',
        '1 × Pan: ₹1,299.00 − ₹169.58, GST 5 % ₹53.78',
        'Big cart takes ₹300.00',
        'CGST ₹47.57 + SGST ₹47.57',
        'To pay: ₹1,998.00',
      ],
    },
  ],
};
