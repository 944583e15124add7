import { automatic, cart, goodsIn, percent, priceList, rule, some, type Theme } from './carts.ts';
import { coffee, pan, rice, shirt, socks, tea } from './goods.ts';

const wholesale = priceList('Wholesale', [[shirt, 1, 799_00]], { groupIds: ['trade'] });
const november = priceList('November', [[shirt, 1, 949_00]], {
  ...{ startsAt: '2026-11-01T00:00:00+05:30', endsAt: '2026-12-01T00:00:00+05:30' },
});
const breaks = priceList('Tea by the dozen', [
  [tea, 10, 230_00],
  [tea, 50, 210_00],
]);
const tenPercent = rule('10 % less', { kind: 'percent-off', percent: 10 }, { priority: 2 });
const fiftyLess = rule('₹50 less', { kind: 'amount-off', amount: 50_00 }, { priority: 1 });

export const LISTS: Theme = {
  name: 'Price lists',
  examples: [
    {
      title: 'A list for the trade, and a customer of that group',
      why: '2 × 799.00',
      inputs: cart({ groupIds: ['trade'], priceLists: [wholesale], lines: [some(2, shirt)] }),
      bill: ['2 × Shirt: ₹1,598.00, GST 5 % ₹76.10', 'CGST ₹38.05 + SGST ₹38.05', 'To pay: ₹1,598.00'],
    },
    {
      title: 'The same list, and somebody else',
      why: 'The shirt’s own price: 2 × 999.00',
      inputs: cart({ groupIds: ['staff'], priceLists: [wholesale], lines: [some(2, shirt)] }),
      bill: ['2 × Shirt: ₹1,998.00, GST 5 % ₹95.14', 'CGST ₹47.57 + SGST ₹47.57', 'To pay: ₹1,998.00'],
    },
    {
      title: 'A list begins with the first millisecond of its window',
      why: 'From 2026-11-01 00:00 in India on: 949.00',
      inputs: cart({ at: '2026-10-31T18:30:00.000Z', priceLists: [november], lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹949.00, GST 5 % ₹45.20', 'CGST ₹22.60 + SGST ₹22.60', 'To pay: ₹949.00'],
    },
    {
      title: 'One millisecond before, it does not count yet',
      why: '999.00',
      inputs: cart({ at: '2026-10-31T18:29:59.999Z', priceLists: [november], lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹999.00, GST 5 % ₹47.58', 'CGST ₹23.79 + SGST ₹23.79', 'To pay: ₹999.00'],
    },
    {
      title: 'At the end of its window it does not count any more',
      why: '2026-12-01 00:00 in India: 999.00',
      inputs: cart({ at: '2026-11-30T18:30:00.000Z', priceLists: [november], lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹999.00, GST 5 % ₹47.58', 'CGST ₹23.79 + SGST ₹23.79', 'To pay: ₹999.00'],
    },
    {
      title: 'Nine where the price falls from ten on',
      why: '9 × 250.00',
      inputs: cart({ priceLists: [breaks], lines: [some(9, tea)] }),
      bill: ['9 × Tea: ₹2,250.00, GST 5 % ₹107.14', 'CGST ₹53.57 + SGST ₹53.57', 'To pay: ₹2,250.00'],
    },
    {
      title: 'Ten: all ten at the lower price',
      why: '10 × 230.00',
      inputs: cart({ priceLists: [breaks], lines: [some(10, tea)] }),
      bill: ['10 × Tea: ₹2,300.00, GST 5 % ₹109.52', 'CGST ₹54.76 + SGST ₹54.76', 'To pay: ₹2,300.00'],
    },
    {
      title: 'Forty-nine, of ten and fifty',
      why: '49 × 230.00',
      inputs: cart({ priceLists: [breaks], lines: [some(49, tea)] }),
      bill: ['49 × Tea: ₹11,270.00, GST 5 % ₹536.66', 'CGST ₹268.33 + SGST ₹268.33', 'To pay: ₹11,270.00'],
    },
    {
      title: 'Fifty',
      why: '50 × 210.00',
      inputs: cart({ priceLists: [breaks], lines: [some(50, tea)] }),
      bill: ['50 × Tea: ₹10,500.00, GST 5 % ₹500.00', 'CGST ₹250.00 + SGST ₹250.00', 'To pay: ₹10,500.00'],
    },
    {
      title: 'Two lists: the higher priority wins, although it is dearer',
      why: 'Priority 5 at 950.00, priority 1 at 900.00',
      inputs: cart({
        priceLists: [
          priceList('A', [[shirt, 1, 900_00]], { priority: 1 }),
          priceList('B', [[shirt, 1, 950_00]], { priority: 5 }),
        ],
        lines: [some(1, shirt)],
      }),
      bill: ['1 × Shirt: ₹950.00, GST 5 % ₹45.24', 'CGST ₹22.62 + SGST ₹22.62', 'To pay: ₹950.00'],
    },
    {
      title: 'Two lists of one priority: the lower price',
      why: '900.00 and 950.00',
      inputs: cart({
        priceLists: [priceList('A', [[shirt, 1, 950_00]]), priceList('B', [[shirt, 1, 900_00]])],
        lines: [some(1, shirt)],
      }),
      bill: ['1 × Shirt: ₹900.00, GST 5 % ₹42.86', 'CGST ₹21.43 + SGST ₹21.43', 'To pay: ₹900.00'],
    },
    {
      title: 'A list of high priority whose quantity is not reached leaves it to the next one',
      why: 'Priority 5 is from ten on; three cost 3 × 900.00',
      inputs: cart({
        priceLists: [priceList('A', [[shirt, 10, 700_00]], { priority: 5 }), priceList('B', [[shirt, 1, 900_00]])],
        lines: [some(3, shirt)],
      }),
      bill: ['3 × Shirt: ₹2,700.00, GST 5 % ₹128.58', 'CGST ₹64.29 + SGST ₹64.29', 'To pay: ₹2,700.00'],
    },
    {
      title: 'A list may be dearer than the thing’s own price',
      why: '1,099.00 instead of 999.00',
      inputs: cart({ priceLists: [priceList('Express', [[shirt, 1, 1_099_00]])], lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹1,099.00, GST 5 % ₹52.34', 'CGST ₹26.17 + SGST ₹26.17', 'To pay: ₹1,099.00'],
    },
  ],
};

export const RULES: Theme = {
  name: 'Pricing rules',
  examples: [
    {
      title: 'Two rules: 10 % first, then ₹50.00',
      why: '999.00 − 99.90 = 899.10; − 50.00 = 849.10',
      inputs: cart({ rules: [fiftyLess, tenPercent], lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹849.10, GST 5 % ₹40.44', 'CGST ₹20.22 + SGST ₹20.22', 'To pay: ₹849.10'],
    },
    {
      title: 'The other way round by priority',
      why: '999.00 − 50.00 = 949.00; − 94.90 = 854.10',
      inputs: cart({ rules: [tenPercent, { ...fiftyLess, priority: 3 }], lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹854.10, GST 5 % ₹40.68', 'CGST ₹20.34 + SGST ₹20.34', 'To pay: ₹854.10'],
    },
    {
      title: 'Nothing comes behind a final rule',
      why: '999.00 − 99.90 = 899.10',
      inputs: cart({ rules: [{ ...tenPercent, isFinal: true }, fiftyLess], lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹899.10, GST 5 % ₹42.82', 'CGST ₹21.41 + SGST ₹21.41', 'To pay: ₹899.10'],
    },
    {
      title: 'A final rule that is not for this line stops nothing',
      why: 'It is for kitchenware: shirt 999.00 − 50.00, pan 1,299.00 − 129.90',
      inputs: cart({
        rules: [{ ...tenPercent, ...goodsIn(['kitchen']), isFinal: true }, fiftyLess],
        lines: [some(1, shirt), some(1, pan)],
      }),
      bill: [
        '1 × Shirt: ₹949.00, GST 5 % ₹45.20',
        '1 × Pan: ₹1,169.10, GST 5 % ₹55.68',
        'CGST ₹50.44 + SGST ₹50.44',
        'To pay: ₹2,118.10',
      ],
    },
    {
      title: 'A percentage is rounded at each unit',
      why: '12.5 % of 999.00 = 124.875 → 124.88; 3 × 874.12 = 2,622.36',
      inputs: cart({ rules: [rule('An eighth', { kind: 'percent-off', percent: 12.5 })], lines: [some(3, shirt)] }),
      bill: ['3 × Shirt: ₹2,622.36, GST 5 % ₹124.88', 'CGST ₹62.44 + SGST ₹62.44', 'To pay: ₹2,622.36'],
    },
    {
      title: 'A fixed price, whatever the list says',
      why: 'The list says 799.00, the rule 749.00',
      inputs: cart({
        ...{ groupIds: ['trade'], priceLists: [wholesale], lines: [some(1, shirt)] },
        rules: [rule('Sale', { kind: 'fixed-price', price: 749_00 })],
      }),
      bill: ['1 × Shirt: ₹749.00, GST 5 % ₹35.66', 'CGST ₹17.83 + SGST ₹17.83', 'To pay: ₹749.00'],
    },
    {
      title: 'More off than it costs: nothing is below zero',
      why: '199.00 − 250.00 → 0.00: a total of zero',
      inputs: cart({ rules: [rule('Gift', { kind: 'amount-off', amount: 250_00 })], lines: [some(2, socks)] }),
      bill: ['2 × Socks: ₹0.00, GST 5 % ₹0.00', 'CGST ₹0.00 + SGST ₹0.00', 'To pay: ₹0.00'],
    },
    {
      title: '₹10.00 less a unit for five to nine of a kind: at four, five, nine and ten',
      why: '4 × 80.00; 5 × 240.00; 9 × 339.00; 10 × 199.00',
      inputs: cart({
        rules: [rule('Some', { kind: 'amount-off', amount: 10_00 }, { minQuantity: 5, maxQuantity: 9 })],
        lines: [some(4, rice), some(5, tea), some(9, coffee), some(10, socks)],
      }),
      bill: [
        '4 × Rice: ₹320.00, GST 5 % ₹15.24',
        '5 × Tea: ₹1,200.00, GST 5 % ₹57.14',
        '9 × Coffee: ₹3,051.00, GST 5 % ₹145.28',
        '10 × Socks: ₹1,990.00, GST 5 % ₹94.76',
        'CGST ₹156.21 + SGST ₹156.21',
        'To pay: ₹6,561.00',
      ],
    },
    {
      title: 'A rule for staff, on clothing without socks',
      why: 'Shirt 999.00 − 99.90; socks and tea are not meant',
      inputs: cart({
        ...{ groupIds: ['staff'], lines: [some(1, shirt), some(1, socks), some(1, tea)] },
        rules: [{ ...tenPercent, ...goodsIn(['clothing'], { without: ['Socks'] }), groupIds: ['staff'] }],
      }),
      bill: [
        '1 × Shirt: ₹899.10, GST 5 % ₹42.82',
        '1 × Socks: ₹199.00, GST 5 % ₹9.48',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        'CGST ₹32.10 + SGST ₹32.10',
        'To pay: ₹1,348.10',
      ],
    },
    {
      title: 'List, then rule, then discount',
      why: '999.00 → 799.00 (list) → 749.00 (rule); 10 % of that: 74.90',
      inputs: cart({
        ...{ groupIds: ['trade'], priceLists: [wholesale], rules: [fiftyLess], lines: [some(1, shirt)] },
        discounts: [automatic('10 % off', percent(10))],
      }),
      bill: [
        '1 × Shirt: ₹749.00 − ₹74.90, GST 5 % ₹32.10',
        '10 % off takes ₹74.90',
        'CGST ₹16.05 + SGST ₹16.05',
        'To pay: ₹674.10',
      ],
    },
  ],
};
