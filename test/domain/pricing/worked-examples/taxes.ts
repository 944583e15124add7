import { amount, automatic, cart, percent, some, type Theme } from './carts.ts';
import { book, cola, ring, shirt, soap, speaker, tea } from './goods.ts';

export const TAXES: Theme = {
  name: 'The tax in a price',
  examples: [
    {
      title: 'A price contains its tax: each half is rounded, and both are equal',
      why: '999.00 × 5 / 210 = 23.786 → 23.79 for each half, 47.58 in all; the value is what is left: 951.42',
      inputs: cart({ lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹999.00, GST 5 % ₹47.58', 'CGST ₹23.79 + SGST ₹23.79', 'To pay: ₹999.00'],
    },
    {
      title: 'The halves at 18 %',
      why: '2,499.00 × 18 / 236 = 190.602 → 190.60 each',
      inputs: cart({ lines: [some(1, speaker)] }),
      bill: ['1 × Speaker: ₹2,499.00, GST 18 % ₹381.20', 'CGST ₹190.60 + SGST ₹190.60', 'To pay: ₹2,499.00'],
    },
    {
      title: 'Sent to another state, all of the tax is IGST',
      why: 'Seller in Karnataka, address in Maharashtra: rounded once, 2,499.00 × 18 / 118 = 381.203',
      inputs: cart({ placeOfSupply: 'IN-MH', lines: [some(1, speaker)] }),
      bill: ['1 × Speaker: ₹2,499.00, GST 18 % ₹381.20', 'IGST ₹381.20', 'To pay: ₹2,499.00'],
    },
    {
      title: 'While the address is unknown, it is as if it were the seller’s state',
      why: 'As within Karnataka',
      inputs: cart({ placeOfSupply: null, lines: [some(1, speaker)] }),
      bill: ['1 × Speaker: ₹2,499.00, GST 18 % ₹381.20', 'CGST ₹190.60 + SGST ₹190.60', 'To pay: ₹2,499.00'],
    },
    {
      title: 'Tax is rounded once a line, not once a unit',
      why: '308.00 × 5 / 210 = 7.333 → 7.33 each, 14.66; seven times the tax of one (2 × 1.05) would be 14.70',
      inputs: cart({ lines: [some(7, soap, 44_00)] }),
      bill: ['7 × Soap: ₹308.00, GST 5 % ₹14.66', 'CGST ₹7.33 + SGST ₹7.33', 'To pay: ₹308.00'],
    },
    {
      title: 'Half a paisa is rounded up',
      why: 'Before the reform at 28 %, to another state: 0.16 × 28 / 128 = 0.035 → 0.04',
      inputs: cart({ at: '2025-01-15T06:00:00Z', placeOfSupply: 'IN-MH', lines: [some(1, cola, 16)] }),
      bill: ['1 × Cola: ₹0.16, GST 28 % ₹0.04', 'IGST ₹0.04', 'To pay: ₹0.16'],
    },
    {
      title: 'A tax of one paisa cannot be halved',
      why: '0.02 × 40 / 280 = 0.0029 → 0.00 each; to another state it would be 0.0057 → 0.01',
      inputs: cart({ lines: [some(1, cola, 2)] }),
      bill: ['1 × Cola: ₹0.02, GST 40 % ₹0.00', 'CGST ₹0.00 + SGST ₹0.00', 'To pay: ₹0.02'],
    },
    {
      title: 'Exempt goods have no tax',
      why: 'Books: 0 %',
      inputs: cart({ lines: [some(1, book)] }),
      bill: ['1 × Book: ₹399.00, GST 0 % ₹0.00', 'CGST ₹0.00 + SGST ₹0.00', 'To pay: ₹399.00'],
    },
    {
      title: 'Each line has its own rate: 3, 5, 18 and 40 % in one cart',
      why: 'Halves of 179.79 + 5.95 + 190.60 + 5.71',
      inputs: cart({ lines: [some(1, ring), some(1, tea), some(1, speaker), some(1, cola)] }),
      bill: [
        '1 × Ring: ₹12,345.67, GST 3 % ₹359.58',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Speaker: ₹2,499.00, GST 18 % ₹381.20',
        '1 × Cola: ₹40.00, GST 40 % ₹11.42',
        'CGST ₹382.05 + SGST ₹382.05',
        'To pay: ₹15,134.67',
      ],
    },
    {
      title: 'Prices without tax: it comes on top',
      why: '2,499.00 × 18 % = 449.82',
      inputs: cart({ pricesIncludeTax: false, lines: [some(1, speaker)] }),
      bill: ['1 × Speaker: ₹2,499.00, GST 18 % ₹449.82', 'CGST ₹224.91 + SGST ₹224.91', 'To pay: ₹2,948.82'],
    },
    {
      title: 'Prices without tax: each half is rounded',
      why: '10.10 × 2.5 % = 0.2525 → 0.25 each',
      inputs: cart({ pricesIncludeTax: false, lines: [some(1, tea, 10_10)] }),
      bill: ['1 × Tea: ₹10.10, GST 5 % ₹0.50', 'CGST ₹0.25 + SGST ₹0.25', 'To pay: ₹10.60'],
    },
    {
      title: 'Prices without tax, to another state: 10 % off reduces what is taxed',
      why: '1,998.00 − 199.80 = 1,798.20; × 5 % = 89.91',
      inputs: cart({
        ...{ pricesIncludeTax: false, placeOfSupply: 'IN-TN', lines: [some(2, shirt)] },
        discounts: [automatic('10 % off', percent(10))],
      }),
      bill: [
        '2 × Shirt: ₹1,998.00 − ₹199.80, GST 5 % ₹89.91',
        '10 % off takes ₹199.80',
        'IGST ₹89.91',
        'To pay: ₹1,888.11',
      ],
    },
    {
      title: 'Prices with tax: ₹100.00 off reduces what is taxed',
      why: '(2,499.00 − 100.00) × 18 / 236 = 182.9746 → 182.97 each',
      inputs: cart({ lines: [some(1, speaker)], discounts: [automatic('₹100 off', amount(100_00))] }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹100.00, GST 18 % ₹365.94',
        '₹100 off takes ₹100.00',
        'CGST ₹182.97 + SGST ₹182.97',
        'To pay: ₹2,399.00',
      ],
    },
  ],
};
