import { amount, automatic, cart, code, goodsIn, percent, some, type Theme } from './carts.ts';
import { namedLike, shirt, socks, speaker, tea } from './goods.ts';

export const DISCOUNTS: Theme = {
  name: 'One discount',
  examples: [
    {
      title: 'A code for 10 % off everything',
      why: '299.70 + 249.90',
      inputs: cart({ lines: [some(3, shirt), some(1, speaker)], discounts: [code('TEN', percent(10))] }),
      bill: [
        '3 × Shirt: ₹2,997.00 − ₹299.70, GST 5 % ₹128.44',
        '1 × Speaker: ₹2,499.00 − ₹249.90, GST 18 % ₹343.08',
        'TEN takes ₹549.60',
        'CGST ₹235.76 + SGST ₹235.76',
        'To pay: ₹4,946.40',
      ],
    },
    {
      title: 'A percentage with decimals is rounded half up',
      why: '12.5 % of 999.00 = 124.875 → 124.88',
      inputs: cart({ lines: [some(1, shirt)], discounts: [automatic('An eighth', percent(12.5))] }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹124.88, GST 5 % ₹41.62',
        'An eighth takes ₹124.88',
        'CGST ₹20.81 + SGST ₹20.81',
        'To pay: ₹874.12',
      ],
    },
    {
      title: '10 % off clothing only, socks excluded',
      why: '10 % of 999.00',
      inputs: cart({
        lines: [some(1, shirt), some(1, socks), some(1, tea)],
        discounts: [automatic('Clothes', percent(10), goodsIn(['clothing'], { without: ['Socks'] }))],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹99.90, GST 5 % ₹42.82',
        '1 × Socks: ₹199.00, GST 5 % ₹9.48',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        'Clothes takes ₹99.90',
        'CGST ₹32.10 + SGST ₹32.10',
        'To pay: ₹1,348.10',
      ],
    },
    {
      title: '20 %, at most ₹500.00: the cap is shared out in proportion',
      why: '20 % of 5,496.00 is 1,099.20, so 500.00: × 2,997 / 5,496 = 272.653 → 272.65; the rest 227.35',
      inputs: cart({
        lines: [some(3, shirt), some(1, speaker)],
        discounts: [automatic('20 % up to ₹500', percent(20, 500_00))],
      }),
      bill: [
        '3 × Shirt: ₹2,997.00 − ₹272.65, GST 5 % ₹129.74',
        '1 × Speaker: ₹2,499.00 − ₹227.35, GST 18 % ₹346.52',
        '20 % up to ₹500 takes ₹500.00',
        'CGST ₹238.13 + SGST ₹238.13',
        'To pay: ₹4,996.00',
      ],
    },
    {
      title: 'The cap just reached',
      why: '20 % of 2,500.00 = 500.00',
      inputs: cart({
        lines: [some(1, speaker, 2_500_00)],
        discounts: [automatic('20 % up to ₹500', percent(20, 500_00))],
      }),
      bill: [
        '1 × Speaker: ₹2,500.00 − ₹500.00, GST 18 % ₹305.08',
        '20 % up to ₹500 takes ₹500.00',
        'CGST ₹152.54 + SGST ₹152.54',
        'To pay: ₹2,000.00',
      ],
    },
    {
      title: '₹100.00 once an order over three equal lines: the odd paisa goes to the first by name',
      why: '100.00 / 3 = 33.33, one paisa is left',
      inputs: cart({
        lines: [
          some(1, namedLike(tea, 'White tea')),
          some(1, namedLike(tea, 'Green tea')),
          some(1, namedLike(tea, 'Black tea')),
        ],
        discounts: [automatic('₹100 off', amount(100_00))],
      }),
      bill: [
        '1 × White tea: ₹250.00 − ₹33.33, GST 5 % ₹10.32',
        '1 × Green tea: ₹250.00 − ₹33.33, GST 5 % ₹10.32',
        '1 × Black tea: ₹250.00 − ₹33.34, GST 5 % ₹10.32',
        '₹100 off takes ₹100.00',
        'CGST ₹15.48 + SGST ₹15.48',
        'To pay: ₹650.00',
      ],
    },
    {
      title: '₹50.00 off each shirt',
      why: '3 × 50.00',
      inputs: cart({
        lines: [some(3, shirt), some(1, tea)],
        discounts: [automatic('₹50 a shirt', amount(50_00, 'unit'), goodsIn(['clothing']))],
      }),
      bill: [
        '3 × Shirt: ₹2,997.00 − ₹150.00, GST 5 % ₹135.58',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '₹50 a shirt takes ₹150.00',
        'CGST ₹73.74 + SGST ₹73.74',
        'To pay: ₹3,097.00',
      ],
    },
    {
      title: '₹250.00 off each pair of socks at ₹199.00: never below zero',
      why: 'All of 2 × 199.00; the tea costs what it costs',
      inputs: cart({
        lines: [some(2, socks), some(1, tea)],
        discounts: [automatic('₹250 a pair', amount(250_00, 'unit'), goodsIn(['clothing']))],
      }),
      bill: [
        '2 × Socks: ₹398.00 − ₹398.00, GST 5 % ₹0.00',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '₹250 a pair takes ₹398.00',
        'CGST ₹5.95 + SGST ₹5.95',
        'To pay: ₹250.00',
      ],
    },
    {
      title: '₹500.00 off a cart of ₹250.00: a total of zero',
      why: 'At most what there is: 250.00',
      inputs: cart({ lines: [some(1, tea)], discounts: [code('GIFT', amount(500_00))] }),
      bill: [
        '1 × Tea: ₹250.00 − ₹250.00, GST 5 % ₹0.00',
        'GIFT takes ₹250.00',
        'CGST ₹0.00 + SGST ₹0.00',
        'To pay: ₹0.00',
      ],
    },
    {
      title: '100 % off: a total of zero',
      why: 'Nothing to pay, nothing to tax',
      inputs: cart({ lines: [some(1, speaker), some(2, tea)], discounts: [code('FREE', percent(100))] }),
      bill: [
        '1 × Speaker: ₹2,499.00 − ₹2,499.00, GST 18 % ₹0.00',
        '2 × Tea: ₹500.00 − ₹500.00, GST 5 % ₹0.00',
        'FREE takes ₹2,999.00',
        'CGST ₹0.00 + SGST ₹0.00',
        'To pay: ₹0.00',
      ],
    },
    {
      title: 'A discount for a group, and a customer of it',
      why: '10 % of 999.00',
      inputs: cart({
        ...{ groupIds: ['staff', 'trade'], lines: [some(1, shirt)] },
        discounts: [automatic('For the trade', percent(10), { groupIds: ['trade'] })],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹99.90, GST 5 % ₹42.82',
        'For the trade takes ₹99.90',
        'CGST ₹21.41 + SGST ₹21.41',
        'To pay: ₹899.10',
      ],
    },
    {
      title: 'A discount for the first order, on a first order',
      why: '15 % of 999.00 = 149.85',
      inputs: cart({
        ...{ isFirstOrder: true, lines: [some(1, shirt)] },
        discounts: [code('WELCOME', percent(15), { firstOrderOnly: true })],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹149.85, GST 5 % ₹40.44',
        'WELCOME takes ₹149.85',
        'CGST ₹20.22 + SGST ₹20.22',
        'To pay: ₹849.15',
      ],
    },
    {
      title: 'A smallest subtotal just met, and a smallest quantity just met',
      why: '2 × 999.00 = 1,998.00: 10 % of it',
      inputs: cart({
        lines: [some(2, shirt)],
        discounts: [code('TWO', percent(10), { minSubtotal: 1_998_00, minQuantity: 2 })],
      }),
      bill: [
        '2 × Shirt: ₹1,998.00 − ₹199.80, GST 5 % ₹85.62',
        'TWO takes ₹199.80',
        'CGST ₹42.81 + SGST ₹42.81',
        'To pay: ₹1,798.20',
      ],
    },
  ],
};
