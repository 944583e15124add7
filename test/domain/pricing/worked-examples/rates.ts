import { amount, automatic, cart, some, type Theme } from './carts.ts';
import { cola, jacket, pan, shirt, shoes, soap, television } from './goods.ts';

const BEFORE = '2025-09-21T23:59:59.999+05:30';
const AFTER = '2025-09-22T00:00:00.000+05:30';

export const RATES: Theme = {
  name: 'Rates that change with the day and the price',
  examples: [
    {
      title: 'A pan in the last millisecond of 2025-09-21 in India: 12 %',
      why: '1,299.00 × 12 / 224 = 69.589 → 69.59 each',
      inputs: cart({ at: BEFORE, lines: [some(1, pan)] }),
      bill: ['1 × Pan: ₹1,299.00, GST 12 % ₹139.18', 'CGST ₹69.59 + SGST ₹69.59', 'To pay: ₹1,299.00'],
    },
    {
      title: 'A pan from midnight on, 2025-09-22 in India (18:30 UTC of the day before): 5 %',
      why: '1,299.00 × 5 / 210 = 30.929 → 30.93 each',
      inputs: cart({ at: AFTER, lines: [some(1, pan)] }),
      bill: ['1 × Pan: ₹1,299.00, GST 5 % ₹61.86', 'CGST ₹30.93 + SGST ₹30.93', 'To pay: ₹1,299.00'],
    },
    {
      title: 'Television and cola before the reform: both 28 %',
      why: '40,000.00 × 28 / 256 = 4,375.00 each; 40.00 × 28 / 256 = 4.375 → 4.38 each',
      inputs: cart({ at: BEFORE, lines: [some(1, television), some(1, cola)] }),
      bill: [
        '1 × Television: ₹40,000.00, GST 28 % ₹8,750.00',
        '1 × Cola: ₹40.00, GST 28 % ₹8.76',
        'CGST ₹4,379.38 + SGST ₹4,379.38',
        'To pay: ₹40,040.00',
      ],
    },
    {
      title: 'Television and cola after it: 18 and 40 %',
      why: '40,000.00 × 18 / 236 = 3,050.847 → 3,050.85 each; 40.00 × 40 / 280 = 5.714 → 5.71 each',
      inputs: cart({ at: AFTER, lines: [some(1, television), some(1, cola)] }),
      bill: [
        '1 × Television: ₹40,000.00, GST 18 % ₹6,101.70',
        '1 × Cola: ₹40.00, GST 40 % ₹11.42',
        'CGST ₹3,056.56 + SGST ₹3,056.56',
        'To pay: ₹40,040.00',
      ],
    },
    {
      title: 'Soap before the reform: 18 %',
      why: '45.00 × 18 / 236 = 3.432 → 3.43 each',
      inputs: cart({ at: BEFORE, lines: [some(1, soap)] }),
      bill: ['1 × Soap: ₹45.00, GST 18 % ₹6.86', 'CGST ₹3.43 + SGST ₹3.43', 'To pay: ₹45.00'],
    },
    {
      title: 'Soap after it: 5 %',
      why: '45.00 × 5 / 210 = 1.071 → 1.07 each',
      inputs: cart({ at: AFTER, lines: [some(1, soap)] }),
      bill: ['1 × Soap: ₹45.00, GST 5 % ₹2.14', 'CGST ₹1.07 + SGST ₹1.07', 'To pay: ₹45.00'],
    },
    {
      title: 'Clothing at ₹2,625.00 a piece: 5 %',
      why: 'The lower rate is for a value of up to ₹2,500.00 a piece, without the tax, however many are bought: 2,625.00 / 1.05 = 2,500.00; 5,250.00 × 5 / 210 = 125.00 each',
      inputs: cart({ lines: [some(2, shirt, 2_625_00)] }),
      bill: ['2 × Shirt: ₹5,250.00, GST 5 % ₹250.00', 'CGST ₹125.00 + SGST ₹125.00', 'To pay: ₹5,250.00'],
    },
    {
      title: 'Clothing at ₹2,625.01 a piece: 18 %',
      why: 'Worth 2,500.0095 at 5 %: too much; 2,625.01 × 18 / 236 = 200.212 → 200.21 each. Up to 2,950.00 no rate agrees with its own value, and the higher one counts',
      inputs: cart({ lines: [some(1, shirt, 2_625_01)] }),
      bill: ['1 × Shirt: ₹2,625.01, GST 18 % ₹400.42', 'CGST ₹200.21 + SGST ₹200.21', 'To pay: ₹2,625.01'],
    },
    {
      title: 'Clothing before the reform: 5 % up to a value of ₹1,000.00, 12 % above',
      why: '1,050.00 / 1.05 = 1,000.00, with 1,050.00 × 5 / 210 = 25.00 each; one paisa more is 12 %: 1,050.01 × 12 / 224 = 56.251',
      inputs: cart({ at: BEFORE, lines: [some(1, shirt, 1_050_00), some(1, jacket, 1_050_01)] }),
      bill: [
        '1 × Shirt: ₹1,050.00, GST 5 % ₹50.00',
        '1 × Jacket: ₹1,050.01, GST 12 % ₹112.50',
        'CGST ₹81.25 + SGST ₹81.25',
        'To pay: ₹2,100.01',
      ],
    },
    {
      title: 'Footwear before the reform, at ₹1,120.00: 12 %',
      why: '1,120.00 / 1.12 = 1,000.00: 60.00 each',
      inputs: cart({ at: BEFORE, lines: [some(1, shoes, 1_120_00)] }),
      bill: ['1 × Shoes: ₹1,120.00, GST 12 % ₹120.00', 'CGST ₹60.00 + SGST ₹60.00', 'To pay: ₹1,120.00'],
    },
    {
      title: 'Footwear before the reform, at ₹1,120.01: 18 %',
      why: '1,120.01 × 18 / 236 = 85.424 → 85.42 each',
      inputs: cart({ at: BEFORE, lines: [some(1, shoes, 1_120_01)] }),
      bill: ['1 × Shoes: ₹1,120.01, GST 18 % ₹170.84', 'CGST ₹85.42 + SGST ₹85.42', 'To pay: ₹1,120.01'],
    },
    {
      title: 'Footwear before 2022: at ₹1,050.00 still 5 %',
      why: '1,050.00 / 1.05 = 1,000.00: 25.00 each',
      inputs: cart({ at: '2021-12-31T23:59:59.999+05:30', lines: [some(1, shoes, 1_050_00)] }),
      bill: ['1 × Shoes: ₹1,050.00, GST 5 % ₹50.00', 'CGST ₹25.00 + SGST ₹25.00', 'To pay: ₹1,050.00'],
    },
    {
      title: 'Footwear today at ₹2,625.01: 18 %',
      why: '2,625.01 × 18 / 236 = 200.212 → 200.21 each',
      inputs: cart({ lines: [some(1, shoes, 2_625_01)] }),
      bill: ['1 × Shoes: ₹2,625.01, GST 18 % ₹400.42', 'CGST ₹200.21 + SGST ₹200.21', 'To pay: ₹2,625.01'],
    },
    {
      title: 'A discount that brings a jacket down to ₹2,625.00 brings it to 5 %',
      why: '2,700.00 − 75.00 = 2,625.00, worth 2,500.00 without the tax: what is charged for one counts',
      inputs: cart({ lines: [some(1, jacket)], discounts: [automatic('₹75 off', amount(75_00))] }),
      bill: [
        '1 × Jacket: ₹2,700.00 − ₹75.00, GST 5 % ₹125.00',
        '₹75 off takes ₹75.00',
        'CGST ₹62.50 + SGST ₹62.50',
        'To pay: ₹2,625.00',
      ],
    },
    {
      title: 'A discount down to ₹2,625.01 does not',
      why: '2,700.00 − 74.99 = 2,625.01; × 18 / 236 = 200.212',
      inputs: cart({ lines: [some(1, jacket)], discounts: [automatic('₹74.99 off', amount(74_99))] }),
      bill: [
        '1 × Jacket: ₹2,700.00 − ₹74.99, GST 18 % ₹400.42',
        '₹74.99 off takes ₹74.99',
        'CGST ₹200.21 + SGST ₹200.21',
        'To pay: ₹2,625.01',
      ],
    },
    {
      title: 'What one of several is worth after a discount is not rounded',
      why: '5,400.00 − 149.99 = 5,250.01 for two: worth 2,500.0048 each, which is more than 2,500.00, so 18 %',
      inputs: cart({ lines: [some(2, jacket)], discounts: [automatic('₹149.99 off', amount(149_99))] }),
      bill: [
        '2 × Jacket: ₹5,400.00 − ₹149.99, GST 18 % ₹800.84',
        '₹149.99 off takes ₹149.99',
        'CGST ₹400.42 + SGST ₹400.42',
        'To pay: ₹5,250.01',
      ],
    },
    {
      title: 'Prices without tax: the price itself is the value',
      why: '2,500.00 × 5 % = 125.00; 2,500.01 × 18 % = 450.00',
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
