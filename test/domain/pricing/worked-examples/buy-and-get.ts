import type { Offer, Selection } from '../../../../src/domain/pricing/inputs.ts';
import { amount, automatic, cart, code, everything, goodsIn, percent, some, type Theme, these } from './carts.ts';
import { book, cable, coffee, shirt, soap, socks, speaker, tea } from './goods.ts';

type Side = [quantity: number, goods: Selection];

const buyAndGet = ([buy, bought]: Side, [get, got]: Side, off: { percent: number; most?: number }): Offer => ({
  ...{ kind: 'buy-x-get-y', buy: { ...bought, quantity: buy }, get: { ...got, quantity: get } },
  ...{ percent: off.percent, maxApplications: off.most ?? null },
});

const clothing = goodsIn(['clothing']);
const pantry = goodsIn(['pantry']);
const free = { percent: 100 };
const twoPlusOne = automatic('2 + 1', buyAndGet([2, clothing], [1, clothing], free));
const twin = automatic('1 + 1', buyAndGet([1, these('Tea')], [1, these('Tea')], free));

export const BUY_AND_GET: Theme = {
  name: 'Buy some, get some',
  examples: [
    {
      title: 'Two pieces of clothing, the third free: the cheapest one',
      why: 'Of 999.00, 999.00 and 199.00 the socks',
      inputs: cart({ lines: [some(2, shirt), some(1, socks)], discounts: [twoPlusOne] }),
      bill: [
        '2 × Shirt: ₹1,998.00, GST 5 % ₹95.14',
        '1 × Socks: ₹199.00 − ₹199.00, GST 5 % ₹0.00',
        '2 + 1 takes ₹199.00',
        'CGST ₹47.57 + SGST ₹47.57',
        'To pay: ₹1,998.00',
      ],
    },
    {
      title: 'Five pieces: once',
      why: 'Three make one free; the other two are one short',
      inputs: cart({ lines: [some(5, socks)], discounts: [twoPlusOne] }),
      bill: [
        '5 × Socks: ₹995.00 − ₹199.00, GST 5 % ₹37.90',
        '2 + 1 takes ₹199.00',
        'CGST ₹18.95 + SGST ₹18.95',
        'To pay: ₹796.00',
      ],
    },
    {
      title: 'Six pieces: twice, the two cheapest of all six',
      why: '2 × 199.00, not one of each three',
      inputs: cart({ lines: [some(3, shirt), some(3, socks)], discounts: [twoPlusOne] }),
      bill: [
        '3 × Shirt: ₹2,997.00, GST 5 % ₹142.72',
        '3 × Socks: ₹597.00 − ₹398.00, GST 5 % ₹9.48',
        '2 + 1 takes ₹398.00',
        'CGST ₹76.10 + SGST ₹76.10',
        'To pay: ₹3,196.00',
      ],
    },
    {
      title: 'One bought, one free, three in the cart: one that is given has not been bought for another',
      why: 'Two make one free; the third has no partner',
      inputs: cart({ lines: [some(3, tea)], discounts: [twin] }),
      bill: [
        '3 × Tea: ₹750.00 − ₹250.00, GST 5 % ₹23.80',
        '1 + 1 takes ₹250.00',
        'CGST ₹11.90 + SGST ₹11.90',
        'To pay: ₹500.00',
      ],
    },
    {
      title: 'One bought, one free, six in the cart',
      why: '3 × 250.00',
      inputs: cart({ lines: [some(6, tea)], discounts: [twin] }),
      bill: [
        '6 × Tea: ₹1,500.00 − ₹750.00, GST 5 % ₹35.72',
        '1 + 1 takes ₹750.00',
        'CGST ₹17.86 + SGST ₹17.86',
        'To pay: ₹750.00',
      ],
    },
    {
      title: 'The same, at most once an order',
      why: '1 × 250.00',
      inputs: cart({
        lines: [some(6, tea)],
        discounts: [automatic('Once', buyAndGet([1, these('Tea')], [1, these('Tea')], { percent: 100, most: 1 }))],
      }),
      bill: [
        '6 × Tea: ₹1,500.00 − ₹250.00, GST 5 % ₹59.52',
        'Once takes ₹250.00',
        'CGST ₹29.76 + SGST ₹29.76',
        'To pay: ₹1,250.00',
      ],
    },
    {
      title: 'A tea, and soap at half price',
      why: '50 % of 45.00 = 22.50',
      inputs: cart({
        lines: [some(1, tea), some(1, soap)],
        discounts: [automatic('Clean', buyAndGet([1, pantry], [1, goodsIn(['care'])], { percent: 50 }))],
      }),
      bill: [
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Soap: ₹45.00 − ₹22.50, GST 5 % ₹1.08',
        'Clean takes ₹22.50',
        'CGST ₹6.49 + SGST ₹6.49',
        'To pay: ₹272.50',
      ],
    },
    {
      title: 'Electronics bought, something from the pantry free: the cheaper of the two there',
      why: 'Tea at 250.00, not coffee at 349.00',
      inputs: cart({
        lines: [some(1, coffee), some(1, tea), some(1, speaker)],
        discounts: [automatic('Break', buyAndGet([1, goodsIn(['electronics'])], [1, pantry], free))],
      }),
      bill: [
        '1 × Coffee: ₹349.00, GST 5 % ₹16.62',
        '1 × Tea: ₹250.00 − ₹250.00, GST 5 % ₹0.00',
        '1 × Speaker: ₹2,499.00, GST 18 % ₹381.20',
        'Break takes ₹250.00',
        'CGST ₹198.91 + SGST ₹198.91',
        'To pay: ₹2,848.00',
      ],
    },
    {
      title: 'A book bought, something from the pantry free, at most twice an order: three books, four drinks',
      why: 'The two cheapest: 2 × 250.00',
      inputs: cart({
        lines: [some(3, book), some(2, coffee), some(2, tea)],
        discounts: [automatic('Reading', buyAndGet([1, goodsIn(['books'])], [1, pantry], { percent: 100, most: 2 }))],
      }),
      bill: [
        '3 × Book: ₹1,197.00, GST 0 % ₹0.00',
        '2 × Coffee: ₹698.00, GST 5 % ₹33.24',
        '2 × Tea: ₹500.00 − ₹500.00, GST 5 % ₹0.00',
        'Reading takes ₹500.00',
        'CGST ₹16.62 + SGST ₹16.62',
        'To pay: ₹1,895.00',
      ],
    },
    {
      title: 'The same without a limit: three times',
      why: '2 × 250.00 + 1 × 349.00',
      inputs: cart({
        lines: [some(3, book), some(2, coffee), some(2, tea)],
        discounts: [automatic('Reading', buyAndGet([1, goodsIn(['books'])], [1, pantry], free))],
      }),
      bill: [
        '3 × Book: ₹1,197.00, GST 0 % ₹0.00',
        '2 × Coffee: ₹698.00 − ₹349.00, GST 5 % ₹16.62',
        '2 × Tea: ₹500.00 − ₹500.00, GST 5 % ₹0.00',
        'Reading takes ₹849.00',
        'CGST ₹8.31 + SGST ₹8.31',
        'To pay: ₹1,546.00',
      ],
    },
    {
      title: 'Any two bought, socks free: socks are both',
      why: 'Of one shirt and two pairs of socks, the shirt and one pair are bought, the other pair is free',
      inputs: cart({
        lines: [some(1, shirt), some(2, socks)],
        discounts: [automatic('Warm', buyAndGet([2, everything], [1, these('Socks')], free))],
      }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        '2 × Socks: ₹398.00 − ₹199.00, GST 5 % ₹9.48',
        'Warm takes ₹199.00',
        'CGST ₹28.53 + SGST ₹28.53',
        'To pay: ₹1,198.00',
      ],
    },
    {
      title: 'Clothing bought, clothing or cables free: as often as there is enough for both',
      why: 'Two shirts and one cable: a shirt buys the cable; a second time would need one more piece',
      inputs: cart({
        lines: [some(2, shirt), some(1, cable)],
        discounts: [automatic('Mixed', buyAndGet([1, clothing], [1, goodsIn(['clothing', 'electronics'])], free))],
      }),
      bill: [
        '2 × Shirt: ₹1,998.00, GST 5 % ₹95.14',
        '1 × Cable: ₹299.00 − ₹299.00, GST 18 % ₹0.00',
        'Mixed takes ₹299.00',
        'CGST ₹47.57 + SGST ₹47.57',
        'To pay: ₹1,998.00',
      ],
    },
    {
      title: 'The same with three shirts: twice',
      why: 'Two shirts are bought; the cable and the third shirt are free: 299.00 + 999.00',
      inputs: cart({
        lines: [some(3, shirt), some(1, cable)],
        discounts: [automatic('Mixed', buyAndGet([1, clothing], [1, goodsIn(['clothing', 'electronics'])], free))],
      }),
      bill: [
        '3 × Shirt: ₹2,997.00 − ₹999.00, GST 5 % ₹95.14',
        '1 × Cable: ₹299.00 − ₹299.00, GST 18 % ₹0.00',
        'Mixed takes ₹1,298.00',
        'CGST ₹47.57 + SGST ₹47.57',
        'To pay: ₹1,998.00',
      ],
    },
    {
      title: 'The same with one pair of socks and one cable: what must be bought is not given, although it is cheaper',
      why: 'Only the socks can be bought, so the cable is free',
      inputs: cart({
        lines: [some(1, socks), some(1, cable)],
        discounts: [automatic('Mixed', buyAndGet([1, clothing], [1, goodsIn(['clothing', 'electronics'])], free))],
      }),
      bill: [
        '1 × Socks: ₹199.00, GST 5 % ₹9.48',
        '1 × Cable: ₹299.00 − ₹299.00, GST 18 % ₹0.00',
        'Mixed takes ₹299.00',
        'CGST ₹4.74 + SGST ₹4.74',
        'To pay: ₹199.00',
      ],
    },
    {
      title: 'Three shirts bought, two pairs of socks at half price',
      why: '50 % of 2 × 199.00',
      inputs: cart({
        lines: [some(3, shirt), some(2, socks)],
        discounts: [automatic('Set', buyAndGet([3, these('Shirt')], [2, these('Socks')], { percent: 50 }))],
      }),
      bill: [
        '3 × Shirt: ₹2,997.00, GST 5 % ₹142.72',
        '2 × Socks: ₹398.00 − ₹199.00, GST 5 % ₹9.48',
        'Set takes ₹199.00',
        'CGST ₹76.10 + SGST ₹76.10',
        'To pay: ₹3,196.00',
      ],
    },
    {
      title: 'After 10 % off, a free unit is worth what is left of it',
      why: '500.00 − 50.00 = 450.00; half of that',
      inputs: cart({
        lines: [some(2, tea)],
        discounts: [automatic('10 %', percent(10), { priority: 1 }), twin],
      }),
      bill: [
        '2 × Tea: ₹500.00 − ₹275.00, GST 5 % ₹10.72',
        '10 % takes ₹50.00',
        '1 + 1 takes ₹225.00',
        'CGST ₹5.36 + SGST ₹5.36',
        'To pay: ₹225.00',
      ],
    },
    {
      title: 'Which units are the cheapest goes by the prices before discounts',
      why: 'The tea at 250.00, although half price leaves only 174.50 of the coffee',
      inputs: cart({
        lines: [some(1, coffee), some(1, tea)],
        discounts: [
          automatic('Half', percent(50), { ...these('Coffee'), priority: 1 }),
          automatic('1 + 1', buyAndGet([1, pantry], [1, pantry], free)),
        ],
      }),
      bill: [
        '1 × Coffee: ₹349.00 − ₹174.50, GST 5 % ₹8.30',
        '1 × Tea: ₹250.00 − ₹250.00, GST 5 % ₹0.00',
        'Half takes ₹174.50',
        '1 + 1 takes ₹250.00',
        'CGST ₹4.15 + SGST ₹4.15',
        'To pay: ₹174.50',
      ],
    },
    {
      title: 'One of three units when the line has an odd rest',
      why: '3 × 40.00 − 20.00 = 100.00; a third of it is 33.33',
      inputs: cart({
        lines: [some(3, tea, 40_00)],
        discounts: [
          automatic('₹20', amount(20_00), { priority: 1 }),
          automatic('2 + 1', buyAndGet([2, pantry], [1, pantry], free)),
        ],
      }),
      bill: [
        '3 × Tea: ₹120.00 − ₹53.33, GST 5 % ₹3.18',
        '₹20 takes ₹20.00',
        '2 + 1 takes ₹33.33',
        'CGST ₹1.59 + SGST ₹1.59',
        'To pay: ₹66.67',
      ],
    },
    {
      title: 'One short of it: the code is refused',
      why: 'One tea, where one must be bought to get another',
      inputs: cart({ lines: [some(1, tea)], discounts: [code('TWIN', twin.offer)] }),
      bill: [
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        'TWIN refused: NO_ELIGIBLE_ITEMS',
        'CGST ₹5.95 + SGST ₹5.95',
        'To pay: ₹250.00',
      ],
    },
  ],
};
