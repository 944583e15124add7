import { amount, automatic, cart, code, goodsIn, percent, some, type Theme } from './carts.ts';
import { shirt, speaker, tea } from './goods.ts';

const season = { stackGroup: 'season' };
const ten = automatic('10 % off', percent(10), { priority: 2 });
const hundred = automatic('₹100 off', amount(100_00), { priority: 1 });

export const COMBINED: Theme = {
  name: 'Several discounts',
  examples: [
    {
      title: 'Two that can be combined, 10 % at the higher priority: each works on what the one before left',
      why: '2,499.00 − 249.90 = 2,249.10; − 100.00 = 2,149.10',
      inputs: cart({ lines: [some(1, speaker)], discounts: [hundred, ten] }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹349.90, GST 18 % ₹327.82',
        '10 % off takes ₹249.90',
        '₹100 off takes ₹100.00',
        'CGST ₹163.91 + SGST ₹163.91',
        'To pay: ₹2,149.10',
      ],
    },
    {
      title: 'The same with ₹100.00 at the higher priority',
      why: '2,499.00 − 100.00 = 2,399.00; − 239.90 = 2,159.10',
      inputs: cart({ lines: [some(1, speaker)], discounts: [ten, { ...hundred, priority: 3 }] }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹339.90, GST 18 % ₹329.36',
        '₹100 off takes ₹100.00',
        '10 % off takes ₹239.90',
        'CGST ₹164.68 + SGST ₹164.68',
        'To pay: ₹2,159.10',
      ],
    },
    {
      title: 'Of equal priority, the first by name comes first',
      why: '“A” 10 %: 249.90; “B” 100.00',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [automatic('B', amount(100_00)), automatic('A', percent(10))],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹349.90, GST 18 % ₹327.82',
        'A takes ₹249.90',
        'B takes ₹100.00',
        'CGST ₹163.91 + SGST ₹163.91',
        'To pay: ₹2,149.10',
      ],
    },
    {
      title: 'Two in one lane: only the better one',
      why: '10 % is 249.90, more than 200.00',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [code('TWOHUNDRED', amount(200_00), { ...season, priority: 9 }), { ...ten, ...season }],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹249.90, GST 18 % ₹343.08',
        '10 % off takes ₹249.90',
        'TWOHUNDRED refused: BETTER_DISCOUNT_APPLIED',
        'CGST ₹171.54 + SGST ₹171.54',
        'To pay: ₹2,249.10',
      ],
    },
    {
      title: 'Two in one lane that give the same: the higher priority',
      why: 'Both 249.90',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [
          automatic('A', percent(10), { ...season, priority: 1 }),
          automatic('B', amount(249_90), { ...season, priority: 2 }),
        ],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹249.90, GST 18 % ₹343.08',
        'B takes ₹249.90',
        'CGST ₹171.54 + SGST ₹171.54',
        'To pay: ₹2,249.10',
      ],
    },
    {
      title: 'Two in one lane, the same and of one priority: the first by name',
      why: 'Both 249.90',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [automatic('B', amount(249_90), season), automatic('A', percent(10), season)],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹249.90, GST 18 % ₹343.08',
        'A takes ₹249.90',
        'CGST ₹171.54 + SGST ₹171.54',
        'To pay: ₹2,249.10',
      ],
    },
    {
      title: 'Which one of a lane is better depends on what was taken off before',
      why: 'After 50 % 1,249.50 are left: 20 % of that is 249.90, less than 400.00; alone it would have been 499.80',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [
          automatic('Half', percent(50), { priority: 9 }),
          automatic('20 %', percent(20), season),
          automatic('₹400', amount(400_00), season),
        ],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹1,649.50, GST 18 % ₹129.58',
        'Half takes ₹1,249.50',
        '₹400 takes ₹400.00',
        'CGST ₹64.79 + SGST ₹64.79',
        'To pay: ₹849.50',
      ],
    },
    {
      title: 'Three lanes, two of them contested',
      why: '10 % beats 5 %: 349.80 of 3,498.00; 200.00 beats 150.00; then 50.00 off: 599.80, shared out at each step',
      inputs: cart({
        lines: [some(1, shirt), some(1, speaker)],
        discounts: [
          automatic('10 %', percent(10), { stackGroup: 'percent', priority: 3 }),
          automatic('5 %', percent(5), { stackGroup: 'percent', priority: 3 }),
          automatic('₹150', amount(150_00), { ...goodsIn(['electronics']), stackGroup: 'amount', priority: 2 }),
          automatic('₹200', amount(200_00), { ...goodsIn(['electronics']), stackGroup: 'amount', priority: 2 }),
          automatic('₹50', amount(50_00), { ...goodsIn(['clothing']), priority: 1 }),
        ],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹149.90, GST 5 % ₹40.44',
        '1 × Speaker: ₹2,499.00 − ₹449.90, GST 18 % ₹312.58',
        '10 % takes ₹349.80',
        '₹200 takes ₹200.00',
        '₹50 takes ₹50.00',
        'CGST ₹176.51 + SGST ₹176.51',
        'To pay: ₹2,898.20',
      ],
    },
    {
      title: 'Discounts for different goods do not get in each other’s way',
      why: '10 % of 999.00 and 100.00 of the speaker',
      inputs: cart({
        lines: [some(1, shirt), some(1, speaker)],
        discounts: [
          { ...ten, ...goodsIn(['clothing']) },
          { ...hundred, ...goodsIn(['electronics']) },
        ],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹99.90, GST 5 % ₹42.82',
        '1 × Speaker: ₹2,499.00 − ₹100.00, GST 18 % ₹365.94',
        '10 % off takes ₹99.90',
        '₹100 off takes ₹100.00',
        'CGST ₹204.38 + SGST ₹204.38',
        'To pay: ₹3,298.10',
      ],
    },
    {
      title: 'Together more than the goods cost: the second takes what is left',
      why: '150.00, then 100.00 of another 150.00: a total of zero',
      inputs: cart({
        lines: [some(1, tea)],
        discounts: [automatic('A', amount(150_00)), automatic('B', amount(150_00))],
      }),
      bill: [
        '1 × Tea: ₹250.00 − ₹250.00, GST 5 % ₹0.00',
        'A takes ₹150.00',
        'B takes ₹100.00',
        'CGST ₹0.00 + SGST ₹0.00',
        'To pay: ₹0.00',
      ],
    },
    {
      title: 'A second one that would find nothing left is not used up',
      why: 'The first has taken all; fewest discounts',
      inputs: cart({
        lines: [some(1, tea)],
        discounts: [automatic('A', amount(300_00)), code('B', amount(150_00))],
      }),
      bill: [
        '1 × Tea: ₹250.00 − ₹250.00, GST 5 % ₹0.00',
        'A takes ₹250.00',
        'B refused: BETTER_DISCOUNT_APPLIED',
        'CGST ₹0.00 + SGST ₹0.00',
        'To pay: ₹0.00',
      ],
    },
    {
      title: 'Conditions are looked at before anything is taken off',
      why: '2,100.00 − 200.00 = 1,900.00; the 10 % from 2,000.00 on still count: 190.00',
      inputs: cart({
        lines: [some(1, speaker, 2_100_00)],
        discounts: [
          automatic('₹200', amount(200_00), { priority: 1 }),
          automatic('10 % from ₹2,000', percent(10), { minSubtotal: 2_000_00 }),
        ],
      }),
      bill: [
        '1 × Speaker: ₹2,100.00 − ₹390.00, GST 18 % ₹260.84',
        '₹200 takes ₹200.00',
        '10 % from ₹2,000 takes ₹190.00',
        'CGST ₹130.42 + SGST ₹130.42',
        'To pay: ₹1,710.00',
      ],
    },
    {
      title: 'Eight at once, more than all combinations can be tried of',
      why: '8 × 10.00',
      inputs: cart({
        lines: [some(1, tea)],
        discounts: [...'ABCDEFGH'].map((name) => automatic(name, amount(10_00))),
      }),
      bill: [
        '1 × Tea: ₹250.00 − ₹80.00, GST 5 % ₹8.10',
        'A takes ₹10.00',
        'B takes ₹10.00',
        'C takes ₹10.00',
        'D takes ₹10.00',
        'E takes ₹10.00',
        'F takes ₹10.00',
        'G takes ₹10.00',
        'H takes ₹10.00',
        'CGST ₹4.05 + SGST ₹4.05',
        'To pay: ₹170.00',
      ],
    },
  ],
};
