import { amount, automatic, cart, percent, some, type Theme } from './carts.ts';
import { book, cola, ring, shirt, soap, speaker, tea } from './goods.ts';

export const TAXES: Theme = {
  name: 'The tax in a price',
  examples: [
    {
      title: 'A price contains its tax; the odd paisa goes to CGST',
      why: '999.00 × 5 / 105 = 47.571 → 47.57, an odd number of paise: CGST 23.79, SGST 23.78',
      inputs: cart({ lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹999.00, GST 5 % ₹47.57', 'CGST ₹23.79 + SGST ₹23.78', 'To pay: ₹999.00'],
    },
    {
      title: 'An even number of paise is halved',
      why: '2,499.00 × 18 / 118 = 381.203 → 381.20, 190.60 each',
      inputs: cart({ lines: [some(1, speaker)] }),
      bill: ['1 × Speaker: ₹2,499.00, GST 18 % ₹381.20', 'CGST ₹190.60 + SGST ₹190.60', 'To pay: ₹2,499.00'],
    },
    {
      title: 'Sent to another state, all of the tax is IGST',
      why: 'Seller in Karnataka, address in Maharashtra',
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
      why: '308.00 × 5 / 105 = 14.667 → 14.67; seven times the tax of one (2.10) would be 14.70',
      inputs: cart({ lines: [some(7, soap, 44_00)] }),
      bill: ['7 × Soap: ₹308.00, GST 5 % ₹14.67', 'CGST ₹7.34 + SGST ₹7.33', 'To pay: ₹308.00'],
    },
    {
      title: 'Half a paisa is rounded up',
      why: 'Before the reform at 28 %: 0.16 × 28 / 128 = 0.035 → 0.04',
      inputs: cart({ at: '2025-01-15T06:00:00Z', lines: [some(1, cola, 16)] }),
      bill: ['1 × Cola: ₹0.16, GST 28 % ₹0.04', 'CGST ₹0.02 + SGST ₹0.02', 'To pay: ₹0.16'],
    },
    {
      title: 'A tax of one paisa is all CGST',
      why: '0.02 × 40 / 140 = 0.0057 → 0.01',
      inputs: cart({ lines: [some(1, cola, 2)] }),
      bill: ['1 × Cola: ₹0.02, GST 40 % ₹0.01', 'CGST ₹0.01 + SGST ₹0.00', 'To pay: ₹0.02'],
    },
    {
      title: 'Exempt goods have no tax',
      why: 'Books: 0 %',
      inputs: cart({ lines: [some(1, book)] }),
      bill: ['1 × Book: ₹399.00, GST 0 % ₹0.00', 'CGST ₹0.00 + SGST ₹0.00', 'To pay: ₹399.00'],
    },
    {
      title: 'Each line has its own rate: 3, 5, 18 and 40 % in one cart',
      why: '359.58 + 11.90 + 381.20 + 11.43; CGST 179.79 + 5.95 + 190.60 + 5.72',
      inputs: cart({ lines: [some(1, ring), some(1, tea), some(1, speaker), some(1, cola)] }),
      bill: [
        '1 × Ring: ₹12,345.67, GST 3 % ₹359.58',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Speaker: ₹2,499.00, GST 18 % ₹381.20',
        '1 × Cola: ₹40.00, GST 40 % ₹11.43',
        'CGST ₹382.06 + SGST ₹382.05',
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
      title: 'Prices without tax: half a paisa is rounded up, and the odd one goes to CGST',
      why: '10.10 × 5 % = 0.505 → 0.51',
      inputs: cart({ pricesIncludeTax: false, lines: [some(1, tea, 10_10)] }),
      bill: ['1 × Tea: ₹10.10, GST 5 % ₹0.51', 'CGST ₹0.26 + SGST ₹0.25', 'To pay: ₹10.61'],
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
      why: '(2,499.00 − 100.00) × 18 / 118 = 365.949 → 365.95',
      inputs: cart({ lines: [some(1, speaker)], discounts: [automatic('₹100 off', amount(100_00))] }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹100.00, GST 18 % ₹365.95',
        '₹100 off takes ₹100.00',
        'CGST ₹182.98 + SGST ₹182.97',
        'To pay: ₹2,399.00',
      ],
    },
  ],
};
