import { amount, automatic, cart, some, type Theme } from './carts.ts';
import { cola, jacket, pan, shirt, shoes, soap, television } from './goods.ts';

const BEFORE = '2025-09-21T23:59:59.999+05:30';
const AFTER = '2025-09-22T00:00:00.000+05:30';

export const RATES: Theme = {
  name: 'Rates that change with the day and the price',
  examples: [
    {
      title: 'A pan in the last millisecond of 2025-09-21 in India: 12 %',
      why: '1,299.00 × 12 / 112 = 139.179 → 139.18',
      inputs: cart({ at: BEFORE, lines: [some(1, pan)] }),
      bill: ['1 × Pan: ₹1,299.00, GST 12 % ₹139.18', 'CGST ₹69.59 + SGST ₹69.59', 'To pay: ₹1,299.00'],
    },
    {
      title: 'A pan from midnight on, 2025-09-22 in India (18:30 UTC of the day before): 5 %',
      why: '1,299.00 × 5 / 105 = 61.857 → 61.86',
      inputs: cart({ at: AFTER, lines: [some(1, pan)] }),
      bill: ['1 × Pan: ₹1,299.00, GST 5 % ₹61.86', 'CGST ₹30.93 + SGST ₹30.93', 'To pay: ₹1,299.00'],
    },
    {
      title: 'Television and cola before the reform: both 28 %',
      why: '40,000.00 × 28 / 128 = 8,750.00; 40.00 × 28 / 128 = 8.75',
      inputs: cart({ at: BEFORE, lines: [some(1, television), some(1, cola)] }),
      bill: [
        '1 × Television: ₹40,000.00, GST 28 % ₹8,750.00',
        '1 × Cola: ₹40.00, GST 28 % ₹8.75',
        'CGST ₹4,379.38 + SGST ₹4,379.37',
        'To pay: ₹40,040.00',
      ],
    },
    {
      title: 'Television and cola after it: 18 and 40 %',
      why: '40,000.00 × 18 / 118 = 6,101.695 → 6,101.69; 40.00 × 40 / 140 = 11.43',
      inputs: cart({ at: AFTER, lines: [some(1, television), some(1, cola)] }),
      bill: [
        '1 × Television: ₹40,000.00, GST 18 % ₹6,101.69',
        '1 × Cola: ₹40.00, GST 40 % ₹11.43',
        'CGST ₹3,056.57 + SGST ₹3,056.55',
        'To pay: ₹40,040.00',
      ],
    },
    {
      title: 'Soap before the reform: 18 %',
      why: '45.00 × 18 / 118 = 6.864 → 6.86',
      inputs: cart({ at: BEFORE, lines: [some(1, soap)] }),
      bill: ['1 × Soap: ₹45.00, GST 18 % ₹6.86', 'CGST ₹3.43 + SGST ₹3.43', 'To pay: ₹45.00'],
    },
    {
      title: 'Soap after it: 5 %',
      why: '45.00 × 5 / 105 = 2.143 → 2.14',
      inputs: cart({ at: AFTER, lines: [some(1, soap)] }),
      bill: ['1 × Soap: ₹45.00, GST 5 % ₹2.14', 'CGST ₹1.07 + SGST ₹1.07', 'To pay: ₹45.00'],
    },
    {
      title: 'Clothing at ₹2,500.00 a piece: 5 %',
      why: 'The lower rate is for up to ₹2,500.00, however many are bought: 5,000.00 × 5 / 105 = 238.095',
      inputs: cart({ lines: [some(2, shirt, 2_500_00)] }),
      bill: ['2 × Shirt: ₹5,000.00, GST 5 % ₹238.10', 'CGST ₹119.05 + SGST ₹119.05', 'To pay: ₹5,000.00'],
    },
    {
      title: 'Clothing at ₹2,500.01 a piece: 18 %',
      why: '2,500.01 × 18 / 118 = 381.357 → 381.36',
      inputs: cart({ lines: [some(1, shirt, 2_500_01)] }),
      bill: ['1 × Shirt: ₹2,500.01, GST 18 % ₹381.36', 'CGST ₹190.68 + SGST ₹190.68', 'To pay: ₹2,500.01'],
    },
    {
      title: 'Clothing before the reform: 5 % up to ₹1,000.00, 12 % above',
      why: '1,000.00 × 5 / 105 = 47.619; 1,000.01 × 12 / 112 = 107.144',
      inputs: cart({ at: BEFORE, lines: [some(1, shirt, 1_000_00), some(1, jacket, 1_000_01)] }),
      bill: [
        '1 × Shirt: ₹1,000.00, GST 5 % ₹47.62',
        '1 × Jacket: ₹1,000.01, GST 12 % ₹107.14',
        'CGST ₹77.38 + SGST ₹77.38',
        'To pay: ₹2,000.01',
      ],
    },
    {
      title: 'Footwear before the reform, at ₹1,000.00: 12 %',
      why: '1,000.00 × 12 / 112 = 107.143',
      inputs: cart({ at: BEFORE, lines: [some(1, shoes, 1_000_00)] }),
      bill: ['1 × Shoes: ₹1,000.00, GST 12 % ₹107.14', 'CGST ₹53.57 + SGST ₹53.57', 'To pay: ₹1,000.00'],
    },
    {
      title: 'Footwear before the reform, at ₹1,000.01: 18 %',
      why: '1,000.01 × 18 / 118 = 152.544',
      inputs: cart({ at: BEFORE, lines: [some(1, shoes, 1_000_01)] }),
      bill: ['1 × Shoes: ₹1,000.01, GST 18 % ₹152.54', 'CGST ₹76.27 + SGST ₹76.27', 'To pay: ₹1,000.01'],
    },
    {
      title: 'Footwear before 2022: at ₹1,000.00 still 5 %',
      why: '1,000.00 × 5 / 105 = 47.619',
      inputs: cart({ at: '2021-12-31T23:59:59.999+05:30', lines: [some(1, shoes, 1_000_00)] }),
      bill: ['1 × Shoes: ₹1,000.00, GST 5 % ₹47.62', 'CGST ₹23.81 + SGST ₹23.81', 'To pay: ₹1,000.00'],
    },
    {
      title: 'Footwear today at ₹2,500.01: 18 %',
      why: '2,500.01 × 18 / 118 = 381.357',
      inputs: cart({ lines: [some(1, shoes, 2_500_01)] }),
      bill: ['1 × Shoes: ₹2,500.01, GST 18 % ₹381.36', 'CGST ₹190.68 + SGST ₹190.68', 'To pay: ₹2,500.01'],
    },
    {
      title: 'A discount that brings a jacket down to ₹2,500.00 brings it to 5 %',
      why: '2,600.00 − 100.00 = 2,500.00: what is charged for one counts',
      inputs: cart({ lines: [some(1, jacket)], discounts: [automatic('₹100 off', amount(100_00))] }),
      bill: [
        '1 × Jacket: ₹2,600.00 − ₹100.00, GST 5 % ₹119.05',
        '₹100 off takes ₹100.00',
        'CGST ₹59.53 + SGST ₹59.52',
        'To pay: ₹2,500.00',
      ],
    },
    {
      title: 'A discount down to ₹2,500.01 does not',
      why: '2,600.00 − 99.99 = 2,500.01; × 18 / 118 = 381.357',
      inputs: cart({ lines: [some(1, jacket)], discounts: [automatic('₹99.99 off', amount(99_99))] }),
      bill: [
        '1 × Jacket: ₹2,600.00 − ₹99.99, GST 18 % ₹381.36',
        '₹99.99 off takes ₹99.99',
        'CGST ₹190.68 + SGST ₹190.68',
        'To pay: ₹2,500.01',
      ],
    },
    {
      title: 'What one costs after a discount on several is rounded down',
      why: '5,200.00 − 199.99 = 5,000.01 for two: 2,500.00 each and one paisa that belongs to no unit, so 5 %',
      inputs: cart({ lines: [some(2, jacket)], discounts: [automatic('₹199.99 off', amount(199_99))] }),
      bill: [
        '2 × Jacket: ₹5,200.00 − ₹199.99, GST 5 % ₹238.10',
        '₹199.99 off takes ₹199.99',
        'CGST ₹119.05 + SGST ₹119.05',
        'To pay: ₹5,000.01',
      ],
    },
    {
      title: 'Prices without tax: the limit is compared with the price as the shop states it',
      why: '2,500.00 × 5 % = 125.00, although 2,625.00 is paid; 2,500.01 × 18 % = 450.00',
      inputs: cart({ pricesIncludeTax: false, lines: [some(1, shirt, 2_500_00), some(1, jacket, 2_500_01)] }),
      bill: [
        '1 × Shirt: ₹2,500.00, GST 5 % ₹125.00',
        '1 × Jacket: ₹2,500.01, GST 18 % ₹450.00',
        'CGST ₹287.50 + SGST ₹287.50',
        'To pay: ₹5,575.01',
      ],
    },
  ],
};
