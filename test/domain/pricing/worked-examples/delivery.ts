import {
  amount,
  automatic,
  bundle,
  cart,
  code,
  courier,
  freeShipping,
  part,
  percent,
  some,
  type Theme,
} from './carts.ts';
import { book, cola, pan, rice, shirt, speaker, tea } from './goods.ts';

const shipping = courier;
const onlyNear = { ...courier, zones: courier.zones.slice(0, 1) };

export const DELIVERY: Theme = {
  name: 'Delivery: ₹49.00, from ₹2,000.00 on free; from 5 kg ₹149.00, from ₹5,000.00 on ₹99.00; elsewhere ₹99.00 up to 10 kg',
  examples: [
    {
      title: 'A light parcel; delivery is taxed as the goods are',
      why: '49.00 × 5 / 210 = 1.167 → 1.17 each',
      inputs: cart({ shipping, lines: [some(1, shirt)] }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.34',
        'CGST ₹24.96 + SGST ₹24.96',
        'To pay: ₹1,048.00',
      ],
    },
    {
      title: 'While the address is unknown, delivery is as in the seller’s state',
      why: 'As within Karnataka',
      inputs: cart({ shipping, placeOfSupply: null, lines: [some(1, shirt)] }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.34',
        'CGST ₹24.96 + SGST ₹24.96',
        'To pay: ₹1,048.00',
      ],
    },
    {
      title: 'Goods for ₹1,999.99',
      why: 'One paisa short of free delivery',
      inputs: cart({ shipping, lines: [some(1, speaker, 1_999_99)] }),
      bill: [
        '1 × Speaker: ₹1,999.99, GST 18 % ₹305.08',
        'Delivery, Karnataka: ₹49.00, GST 18 % ₹7.48',
        'CGST ₹156.28 + SGST ₹156.28',
        'To pay: ₹2,048.99',
      ],
    },
    {
      title: 'Goods for ₹2,000.00',
      why: 'Free delivery',
      inputs: cart({ shipping, lines: [some(1, speaker, 2_000_00)] }),
      bill: [
        '1 × Speaker: ₹2,000.00, GST 18 % ₹305.08',
        'Delivery, Karnataka: ₹0.00',
        'CGST ₹152.54 + SGST ₹152.54',
        'To pay: ₹2,000.00',
      ],
    },
    {
      title: 'It goes by the goods before discounts: a discount never makes delivery dearer',
      why: '2,000.00, although only 1,800.00 are paid',
      inputs: cart({
        ...{ shipping, lines: [some(1, speaker, 2_000_00)] },
        discounts: [automatic('10 %', percent(10))],
      }),
      bill: [
        '1 × Speaker: ₹2,000.00 − ₹200.00, GST 18 % ₹274.58',
        'Delivery, Karnataka: ₹0.00',
        '10 % takes ₹200.00',
        'CGST ₹137.29 + SGST ₹137.29',
        'To pay: ₹1,800.00',
      ],
    },
    {
      title: 'Goods of 4,999 g',
      why: 'Still a light parcel',
      inputs: cart({ shipping, lines: [some(1, { ...rice, weightGrams: 4_999 })] }),
      bill: [
        '1 × Rice: ₹80.00, GST 5 % ₹3.80',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.34',
        'CGST ₹3.07 + SGST ₹3.07',
        'To pay: ₹129.00',
      ],
    },
    {
      title: 'Goods of 5,000 g',
      why: '5 × 1 kg: 149.00',
      inputs: cart({ shipping, lines: [some(5, rice)] }),
      bill: [
        '5 × Rice: ₹400.00, GST 5 % ₹19.04',
        'Delivery, Karnataka: ₹149.00, GST 5 % ₹7.10',
        'CGST ₹13.07 + SGST ₹13.07',
        'To pay: ₹549.00',
      ],
    },
    {
      title: 'Heavy goods for ₹2,000.00: the weight comes first',
      why: '25 kg: the free delivery of light parcels is not for it',
      inputs: cart({ shipping, lines: [some(25, rice)] }),
      bill: [
        '25 × Rice: ₹2,000.00, GST 5 % ₹95.24',
        'Delivery, Karnataka: ₹149.00, GST 5 % ₹7.10',
        'CGST ₹51.17 + SGST ₹51.17',
        'To pay: ₹2,149.00',
      ],
    },
    {
      title: 'Heavy goods for more than ₹5,000.00',
      why: '4 × 1.5 kg and 5,196.00: 99.00',
      inputs: cart({ shipping, lines: [some(4, pan)] }),
      bill: [
        '4 × Pan: ₹5,196.00, GST 5 % ₹247.42',
        'Delivery, Karnataka: ₹99.00, GST 5 % ₹4.72',
        'CGST ₹126.07 + SGST ₹126.07',
        'To pay: ₹5,295.00',
      ],
    },
    {
      title: 'To another state, 10 kg: the zone of all others',
      why: '99.00; IGST on goods and delivery: 38.10 + 99.00 × 5 / 105 = 4.714 → 4.71',
      inputs: cart({ shipping, placeOfSupply: 'IN-KL', lines: [some(10, rice)] }),
      bill: [
        '10 × Rice: ₹800.00, GST 5 % ₹38.10',
        'Delivery, India: ₹99.00, GST 5 % ₹4.71',
        'IGST ₹42.81',
        'To pay: ₹899.00',
      ],
    },
    {
      title: 'To another state, more than 10 kg: not on offer',
      why: '11 kg',
      inputs: cart({ shipping, placeOfSupply: 'IN-KL', lines: [some(11, rice)] }),
      bill: ['11 × Rice: ₹880.00, GST 5 % ₹41.90', 'No delivery to this address', 'IGST ₹41.90', 'To pay: ₹880.00'],
    },
    {
      title: 'To a state that no zone has',
      why: 'A method for Karnataka only',
      inputs: cart({ shipping: onlyNear, placeOfSupply: 'IN-KL', lines: [some(1, shirt)] }),
      bill: ['1 × Shirt: ₹999.00, GST 5 % ₹47.57', 'No delivery to this address', 'IGST ₹47.57', 'To pay: ₹999.00'],
    },
    {
      title: 'Parts of bundles have their weight and count for the subtotal',
      why: '4 × 1.5 kg = 6 kg; 4 × 1,300.00 = 5,200.00',
      inputs: cart({
        shipping,
        bundles: [bundle('Pan', { kind: 'fixed', price: 1_300_00 }, { parts: [part(1, pan)], quantity: 4 })],
      }),
      bill: [
        '4 × Pan: ₹5,200.00, GST 5 % ₹247.62',
        '4 × Pan: ₹5,200.00 in all',
        'Delivery, Karnataka: ₹99.00, GST 5 % ₹4.72',
        'CGST ₹126.17 + SGST ₹126.17',
        'To pay: ₹5,299.00',
      ],
    },
    {
      title: 'A code for free delivery',
      why: 'It takes 49.00 off the delivery, nothing off the goods',
      inputs: cart({ shipping, lines: [some(1, shirt)], discounts: [code('SHIP', freeShipping)] }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'Delivery, Karnataka: ₹49.00 − ₹49.00',
        'SHIP takes ₹49.00',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'Free delivery from ₹500.00 on, for a cart of ₹500.00, beside 10 % off',
      why: 'The 500.00 are those before the 10 %',
      inputs: cart({
        ...{ shipping, lines: [some(2, tea)] },
        discounts: [
          automatic('Free delivery', freeShipping, { minSubtotal: 500_00 }),
          automatic('10 %', percent(10), { priority: 1 }),
        ],
      }),
      bill: [
        '2 × Tea: ₹500.00 − ₹50.00, GST 5 % ₹21.42',
        'Delivery, Karnataka: ₹49.00 − ₹49.00',
        '10 % takes ₹50.00',
        'Free delivery takes ₹49.00',
        'CGST ₹10.71 + SGST ₹10.71',
        'To pay: ₹450.00',
      ],
    },
    {
      title: 'A discount on everything takes nothing off the delivery',
      why: '100 % off the goods: 49.00 are left',
      inputs: cart({ shipping, lines: [some(1, shirt)], discounts: [automatic('Gift', percent(100))] }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹999.00, GST 5 % ₹0.00',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.34',
        'Gift takes ₹999.00',
        'CGST ₹1.17 + SGST ₹1.17',
        'To pay: ₹49.00',
      ],
    },
    {
      title: 'Everything off and free delivery: nothing is left to pay',
      why: 'A total of zero',
      inputs: cart({
        ...{ shipping, lines: [some(1, shirt)] },
        discounts: [automatic('Gift', percent(100)), automatic('Ship', freeShipping)],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹999.00, GST 5 % ₹0.00',
        'Delivery, Karnataka: ₹49.00 − ₹49.00',
        'Gift takes ₹999.00',
        'Ship takes ₹49.00',
        'CGST ₹0.00 + SGST ₹0.00',
        'To pay: ₹0.00',
      ],
    },
    {
      title: 'An exclusive discount worth less than the delivery: what is cheapest in all counts',
      why: '40.00 off the goods or 49.00 off the delivery',
      inputs: cart({
        ...{ shipping, lines: [some(1, shirt)] },
        discounts: [automatic('₹40', amount(40_00), { stacking: 'exclusive' }), automatic('Ship', freeShipping)],
      }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        'Delivery, Karnataka: ₹49.00 − ₹49.00',
        'Ship takes ₹49.00',
        'CGST ₹23.79 + SGST ₹23.79',
        'To pay: ₹999.00',
      ],
    },
    {
      title: 'Prices without tax: that of the delivery comes on top, too',
      why: '999.00 × 2.5 % = 24.975 → 24.98 each; 49.00 × 2.5 % = 1.225 → 1.23 each',
      inputs: cart({ shipping, pricesIncludeTax: false, lines: [some(1, shirt)] }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹49.96',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.46',
        'CGST ₹26.21 + SGST ₹26.21',
        'To pay: ₹1,100.42',
      ],
    },
    {
      title: 'Goods at 5 and 40 %: the delivery is shared by what is charged for them',
      why: '49.00 × 250 / 290 = 42.241 → 42.24 and 6.76; 42.24 × 5 / 210 = 1.006 → 1.01, 6.76 × 40 / 280 = 0.966 → 0.97 each',
      inputs: cart({ shipping, lines: [some(1, tea), some(1, cola)] }),
      bill: [
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Cola: ₹40.00, GST 40 % ₹11.42',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.02 and 40 % ₹1.94',
        'CGST ₹13.64 + SGST ₹13.64',
        'To pay: ₹339.00',
      ],
    },
    {
      title: 'Exempt goods only: no tax on the delivery',
      why: 'Books: 0 %',
      inputs: cart({ shipping, lines: [some(1, book)] }),
      bill: [
        '1 × Book: ₹399.00, GST 0 % ₹0.00',
        'Delivery, Karnataka: ₹49.00, GST 0 % ₹0.00',
        'CGST ₹0.00 + SGST ₹0.00',
        'To pay: ₹448.00',
      ],
    },
    {
      title: 'An exempt book and tea: the share of the book bears no tax',
      why: '49.00 × 399 / 649 = 30.125 → 30.12 and 18.88; 18.88 × 5 / 210 = 0.4495 → 0.45 each',
      inputs: cart({ shipping, lines: [some(1, book), some(1, tea)] }),
      bill: [
        '1 × Book: ₹399.00, GST 0 % ₹0.00',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        'Delivery, Karnataka: ₹49.00, GST 0 % ₹0.00 and 5 % ₹0.90',
        'CGST ₹6.40 + SGST ₹6.40',
        'To pay: ₹698.00',
      ],
    },
    {
      title: 'The share of each line is rounded on its own',
      why: '24.50 twice: 24.50 × 5 / 210 = 0.583 → 0.58 each, twice 0.58 = 1.16; at once it would be 1.17',
      inputs: cart({ shipping, lines: [some(1, tea, 300_00), some(1, rice, 300_00)] }),
      bill: [
        '1 × Tea: ₹300.00, GST 5 % ₹14.28',
        '1 × Rice: ₹300.00, GST 5 % ₹14.28',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.32',
        'CGST ₹15.44 + SGST ₹15.44',
        'To pay: ₹649.00',
      ],
    },
    {
      title: 'Goods that cost nothing: the delivery is taxed at the highest rate among them',
      why: '49.00 × 40 / 280 = 7.00 each',
      inputs: cart({ shipping, lines: [some(1, tea, 0), some(1, cola, 0)] }),
      bill: [
        '1 × Tea: ₹0.00, GST 5 % ₹0.00',
        '1 × Cola: ₹0.00, GST 40 % ₹0.00',
        'Delivery, Karnataka: ₹49.00, GST 40 % ₹14.00',
        'CGST ₹7.00 + SGST ₹7.00',
        'To pay: ₹49.00',
      ],
    },
    {
      title: 'Goods at 5 and 40 %, in a shop that taxes delivery at the highest rate of the goods',
      why: 'SHIPPING_TAX=highest: 49.00 × 40 / 280 = 7.00 each',
      inputs: cart({ shipping, shippingTax: 'highest', lines: [some(1, tea), some(1, cola)] }),
      bill: [
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Cola: ₹40.00, GST 40 % ₹11.42',
        'Delivery, Karnataka: ₹49.00, GST 40 % ₹14.00',
        'CGST ₹18.66 + SGST ₹18.66',
        'To pay: ₹339.00',
      ],
    },
    {
      title: 'Goods at 5 and 40 %, in a shop that taxes delivery at a rate of its own',
      why: 'SHIPPING_TAX=own: 49.00 × 18 / 236 = 3.737 → 3.74 each',
      inputs: cart({ shipping, shippingTax: 'own', lines: [some(1, tea), some(1, cola)] }),
      bill: [
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Cola: ₹40.00, GST 40 % ₹11.42',
        'Delivery, Karnataka: ₹49.00, GST 18 % ₹7.48',
        'CGST ₹15.40 + SGST ₹15.40',
        'To pay: ₹339.00',
      ],
    },
  ],
};
