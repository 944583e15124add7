import { amount, automatic, cart, code, percent, some, type Theme } from './carts.ts';
import { speaker } from './goods.ts';

const exclusive = { stacking: 'exclusive' } as const;
const ten = automatic('10 % off', percent(10), { priority: 2 });
const hundred = automatic('₹100 off', amount(100_00), { priority: 1 });

export const EXCLUSIVE: Theme = {
  name: 'Discounts that are never combined',
  examples: [
    {
      title: 'An exclusive one that is better than all others together counts alone',
      why: '15 % is 374.85; together the others are 349.90',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [ten, code('HUNDRED', amount(100_00)), automatic('Alone', percent(15), exclusive)],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹374.85, GST 18 % ₹324.02',
        'Alone takes ₹374.85',
        'HUNDRED refused: BETTER_DISCOUNT_APPLIED',
        'CGST ₹162.01 + SGST ₹162.01',
        'To pay: ₹2,124.15',
      ],
    },
    {
      title: 'An exclusive one that is worse does not count, whatever its priority',
      why: '13 % is 324.87; together the others are 349.90',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [ten, hundred, code('ALONE', percent(13), { ...exclusive, priority: 9 })],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹349.90, GST 18 % ₹327.82',
        '10 % off takes ₹249.90',
        '₹100 off takes ₹100.00',
        'ALONE refused: BETTER_DISCOUNT_APPLIED',
        'CGST ₹163.91 + SGST ₹163.91',
        'To pay: ₹2,149.10',
      ],
    },
    {
      title: 'An exclusive one and two others that come to the same: the fewest discounts',
      why: '349.90 with one, and 249.90 + 100.00 with two',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [ten, hundred, automatic('Alone', amount(349_90), exclusive)],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹349.90, GST 18 % ₹327.82',
        'Alone takes ₹349.90',
        'CGST ₹163.91 + SGST ₹163.91',
        'To pay: ₹2,149.10',
      ],
    },
    {
      title: 'Two exclusive ones: the better',
      why: '12 % is 299.88, 10 % is 249.90',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [code('TEN', percent(10), exclusive), code('TWELVE', percent(12), exclusive)],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹299.88, GST 18 % ₹335.46',
        'TWELVE takes ₹299.88',
        'TEN refused: BETTER_DISCOUNT_APPLIED',
        'CGST ₹167.73 + SGST ₹167.73',
        'To pay: ₹2,199.12',
      ],
    },
    {
      title: 'An exclusive one and one other that come to the same: the higher priority',
      why: 'Both 100.00; the other one has priority 1',
      inputs: cart({
        lines: [some(1, speaker)],
        discounts: [code('ALONE', amount(100_00), exclusive), hundred],
      }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹100.00, GST 18 % ₹365.94',
        '₹100 off takes ₹100.00',
        'ALONE refused: BETTER_DISCOUNT_APPLIED',
        'CGST ₹182.97 + SGST ₹182.97',
        'To pay: ₹2,399.00',
      ],
    },
  ],
};
