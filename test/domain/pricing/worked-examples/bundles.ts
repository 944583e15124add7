import { automatic, bundle, cart, code, part, percent, priceList, rule, some, type Theme } from './carts.ts';
import { book, coffee, cola, jacket, namedLike, pan, shirt, soap, speaker, tea } from './goods.ts';

const film = { parts: [part(1, speaker), part(2, cola), part(1, tea)] };
const kitchen = { parts: [part(1, tea), part(1, pan)] };
const starter = bundle('Starter', { kind: 'fixed', price: 1_300_00 }, kitchen);

export const BUNDLES: Theme = {
  name: 'Bundles',
  examples: [
    {
      title: 'At the sum of its parts, with three rates',
      why: '2,499.00 + 2 × 40.00 + 250.00; each part is taxed at its own rate',
      inputs: cart({ bundles: [bundle('Film night', { kind: 'sum' }, film)] }),
      bill: [
        '1 × Speaker: ₹2,499.00, GST 18 % ₹381.20',
        '2 × Cola: ₹80.00, GST 40 % ₹22.86',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Film night: ₹2,829.00 in all',
        'CGST ₹207.98 + SGST ₹207.98',
        'To pay: ₹2,829.00',
      ],
    },
    {
      title:
        'At one fixed price: a mixed supply, all of it at the highest rate; shared out in proportion to what the parts cost alone',
      why: '2,499.00 × 2,499 / 2,829 = 2,207.494; × 80 / 2,829 = 70.668; × 250 / 2,829 = 220.838: the two paise go to the largest remainders',
      inputs: cart({ bundles: [bundle('Film night', { kind: 'fixed', price: 2_499_00 }, film)] }),
      bill: [
        '1 × Speaker: ₹2,207.49, GST 40 % ₹630.72',
        '2 × Cola: ₹70.67, GST 40 % ₹20.20',
        '1 × Tea: ₹220.84, GST 40 % ₹63.10',
        '1 × Film night: ₹2,499.00 in all',
        'CGST ₹357.01 + SGST ₹357.01',
        'To pay: ₹2,499.00',
      ],
    },
    {
      title: 'The same, marked as separately priced: each part at its own rate',
      why: '2,207.49 × 18 / 236 = 168.368; 70.67 × 40 / 280 = 10.096; 220.84 × 5 / 210 = 5.258 each',
      inputs: cart({
        bundles: [bundle('Film night', { kind: 'fixed', price: 2_499_00, separatelyPriced: true }, film)],
      }),
      bill: [
        '1 × Speaker: ₹2,207.49, GST 18 % ₹336.74',
        '2 × Cola: ₹70.67, GST 40 % ₹20.20',
        '1 × Tea: ₹220.84, GST 5 % ₹10.52',
        '1 × Film night: ₹2,499.00 in all',
        'CGST ₹183.73 + SGST ₹183.73',
        'To pay: ₹2,499.00',
      ],
    },
    {
      title: 'A mixed supply with an exempt part: it bears the highest rate, too',
      why: '600.00 × 250 / 649 = 231.125 and 368.875; 231.12 × 5 / 210 = 5.503, 368.88 × 5 / 210 = 8.783 each',
      inputs: cart({
        bundles: [bundle('Quiet night', { kind: 'fixed', price: 600_00 }, { parts: [part(1, tea), part(1, book)] })],
      }),
      bill: [
        '1 × Tea: ₹231.12, GST 5 % ₹11.00',
        '1 × Book: ₹368.88, GST 5 % ₹17.56',
        '1 × Quiet night: ₹600.00 in all',
        'CGST ₹14.28 + SGST ₹14.28',
        'To pay: ₹600.00',
      ],
    },
    {
      title: '15 % off the sum',
      why: '2,829.00 − 424.35 = 2,404.65',
      inputs: cart({ bundles: [bundle('Film night', { kind: 'percent-off', percent: 15 }, film)] }),
      bill: [
        '1 × Speaker: ₹2,124.15, GST 18 % ₹324.02',
        '2 × Cola: ₹68.00, GST 40 % ₹19.42',
        '1 × Tea: ₹212.50, GST 5 % ₹10.12',
        '1 × Film night: ₹2,404.65 in all',
        'CGST ₹176.78 + SGST ₹176.78',
        'To pay: ₹2,404.65',
      ],
    },
    {
      title: '₹329.00 off the sum',
      why: '2,829.00 − 329.00 = 2,500.00',
      inputs: cart({ bundles: [bundle('Film night', { kind: 'amount-off', amount: 329_00 }, film)] }),
      bill: [
        '1 × Speaker: ₹2,208.38, GST 18 % ₹336.88',
        '2 × Cola: ₹70.70, GST 40 % ₹20.20',
        '1 × Tea: ₹220.92, GST 5 % ₹10.52',
        '1 × Film night: ₹2,500.00 in all',
        'CGST ₹183.80 + SGST ₹183.80',
        'To pay: ₹2,500.00',
      ],
    },
    {
      title: 'Coffee instead of tea for ₹50.00 more, at a fixed price: the surcharge is part of the bundle’s price',
      why: '2,499.00 + 50.00 = 2,549.00, shared out over 2,499 + 80 + 349 = 2,928',
      inputs: cart({
        bundles: [
          bundle(
            'Film night',
            { kind: 'fixed', price: 2_499_00 },
            { parts: [part(1, speaker), part(2, cola), part(1, coffee, 50_00)] },
          ),
        ],
      }),
      bill: [
        '1 × Speaker: ₹2,175.53, GST 40 % ₹621.58',
        '2 × Cola: ₹69.64, GST 40 % ₹19.90',
        '1 × Coffee: ₹303.83, GST 40 % ₹86.80',
        '1 × Film night: ₹2,549.00 in all',
        'CGST ₹364.14 + SGST ₹364.14',
        'To pay: ₹2,549.00',
      ],
    },
    {
      title: '15 % off is not off the surcharge',
      why: '120.00 − 18.00 = 102.00; + 2 × 10.00 for the colas = 122.00, of it two thirds 81.333 and one third 40.667',
      inputs: cart({
        bundles: [
          bundle(
            'Cold night',
            { kind: 'percent-off', percent: 15 },
            { parts: [part(2, cola, 10_00), part(1, namedLike(cola, 'Lemonade'))] },
          ),
        ],
      }),
      bill: [
        '2 × Cola: ₹81.33, GST 40 % ₹23.24',
        '1 × Lemonade: ₹40.67, GST 40 % ₹11.62',
        '1 × Cold night: ₹122.00 in all',
        'CGST ₹17.43 + SGST ₹17.43',
        'To pay: ₹122.00',
      ],
    },
    {
      title: 'Two of a bundle',
      why: '2 × 2,499.00, shared out at once: 4,414.986, 141.336 and 441.676; the two paise go to the largest remainders',
      inputs: cart({ bundles: [bundle('Film night', { kind: 'fixed', price: 2_499_00 }, { ...film, quantity: 2 })] }),
      bill: [
        '2 × Speaker: ₹4,414.99, GST 40 % ₹1,261.42',
        '4 × Cola: ₹141.34, GST 40 % ₹40.38',
        '2 × Tea: ₹441.67, GST 40 % ₹126.20',
        '2 × Film night: ₹4,998.00 in all',
        'CGST ₹714.00 + SGST ₹714.00',
        'To pay: ₹4,998.00',
      ],
    },
    {
      title: 'Three equal parts for ₹100.00: the odd paisa goes to the first by name',
      why: '100.00 / 3 = 33.33, one paisa is left',
      inputs: cart({
        bundles: [
          bundle(
            'Teas',
            { kind: 'fixed', price: 100_00 },
            { parts: ['White tea', 'Green tea', 'Black tea'].map((name) => part(1, namedLike(tea, name))) },
          ),
        ],
      }),
      bill: [
        '1 × White tea: ₹33.33, GST 5 % ₹1.58',
        '1 × Green tea: ₹33.33, GST 5 % ₹1.58',
        '1 × Black tea: ₹33.34, GST 5 % ₹1.58',
        '1 × Teas: ₹100.00 in all',
        'CGST ₹2.37 + SGST ₹2.37',
        'To pay: ₹100.00',
      ],
    },
    {
      title: 'More off than the parts cost: only the surcharge is left',
      why: '295.00 − 500.00 → 0.00; + 20.00: × 250 / 295 = 16.949 → 16.95 and 3.05',
      inputs: cart({
        bundles: [
          bundle('Gift', { kind: 'amount-off', amount: 500_00 }, { parts: [part(1, tea, 20_00), part(1, soap)] }),
        ],
      }),
      bill: [
        '1 × Tea: ₹16.95, GST 5 % ₹0.80',
        '1 × Soap: ₹3.05, GST 5 % ₹0.14',
        '1 × Gift: ₹20.00 in all',
        'CGST ₹0.47 + SGST ₹0.47',
        'To pay: ₹20.00',
      ],
    },
    {
      title: 'A price list counts for parts, by all units of them',
      why: '3 × 4 = 12 teas, from ten on at 230.00: 2,760.00; 3 × 1,299.00',
      inputs: cart({
        priceLists: [priceList('Tea by the dozen', [[tea, 10, 230_00]])],
        bundles: [bundle('Office', { kind: 'sum' }, { parts: [part(4, tea), part(1, pan)], quantity: 3 })],
      }),
      bill: [
        '12 × Tea: ₹2,760.00, GST 5 % ₹131.42',
        '3 × Pan: ₹3,897.00, GST 5 % ₹185.58',
        '3 × Office: ₹6,657.00 in all',
        'CGST ₹158.50 + SGST ₹158.50',
        'To pay: ₹6,657.00',
      ],
    },
    {
      title: 'Parts and a line of the same thing are not added up for it',
      why: '2 × 4 teas in boxes and four more, all at 250.00, where the price falls from ten on',
      inputs: cart({
        priceLists: [priceList('Tea by the dozen', [[tea, 10, 230_00]])],
        lines: [some(4, tea)],
        bundles: [bundle('Box', { kind: 'sum' }, { parts: [part(4, tea)], quantity: 2 })],
      }),
      bill: [
        '4 × Tea: ₹1,000.00, GST 5 % ₹47.62',
        '8 × Tea: ₹2,000.00, GST 5 % ₹95.24',
        '2 × Box: ₹2,000.00 in all',
        'CGST ₹71.43 + SGST ₹71.43',
        'To pay: ₹3,000.00',
      ],
    },
    {
      title: 'Rules are not for parts of bundles',
      why: '10 % less is only for the shirt: 899.10',
      inputs: cart({
        rules: [rule('10 % less', { kind: 'percent-off', percent: 10 })],
        ...{ lines: [some(1, shirt)], bundles: [bundle('Pair', { kind: 'sum' }, kitchen)] },
      }),
      bill: [
        '1 × Shirt: ₹899.10, GST 5 % ₹42.82',
        '1 × Tea: ₹250.00, GST 5 % ₹11.90',
        '1 × Pan: ₹1,299.00, GST 5 % ₹61.86',
        '1 × Pair: ₹1,549.00 in all',
        'CGST ₹58.29 + SGST ₹58.29',
        'To pay: ₹2,448.10',
      ],
    },
    {
      title: 'Discounts are for parts of bundles, at what they cost there',
      why: '10 % of 999.00 + 1,300.00 = 229.90: 99.90, and of the parts 20.98 and 109.02',
      inputs: cart({ lines: [some(1, shirt)], bundles: [starter], discounts: [automatic('10 %', percent(10))] }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹99.90, GST 5 % ₹42.82',
        '1 × Tea: ₹209.81 − ₹20.98, GST 5 % ₹9.00',
        '1 × Pan: ₹1,090.19 − ₹109.02, GST 5 % ₹46.72',
        '1 × Starter: ₹1,300.00 in all',
        '10 % takes ₹229.90',
        'CGST ₹49.27 + SGST ₹49.27',
        'To pay: ₹2,069.10',
      ],
    },
    {
      title: 'A discount that leaves bundles out',
      why: '10 % of 999.00',
      inputs: cart({
        ...{ lines: [some(1, shirt)], bundles: [starter] },
        discounts: [automatic('10 %', percent(10), { excludesBundles: true })],
      }),
      bill: [
        '1 × Shirt: ₹999.00 − ₹99.90, GST 5 % ₹42.82',
        '1 × Tea: ₹209.81, GST 5 % ₹10.00',
        '1 × Pan: ₹1,090.19, GST 5 % ₹51.92',
        '1 × Starter: ₹1,300.00 in all',
        '10 % takes ₹99.90',
        'CGST ₹52.37 + SGST ₹52.37',
        'To pay: ₹2,199.10',
      ],
    },
    {
      title: 'A discount that leaves bundles out does not count them for its smallest subtotal either',
      why: '999.00 is less than 2,000.00, although the cart comes to 2,299.00',
      inputs: cart({
        ...{ lines: [some(1, shirt)], bundles: [starter] },
        discounts: [code('BIG', percent(10), { excludesBundles: true, minSubtotal: 2_000_00 })],
      }),
      bill: [
        '1 × Shirt: ₹999.00, GST 5 % ₹47.58',
        '1 × Tea: ₹209.81, GST 5 % ₹10.00',
        '1 × Pan: ₹1,090.19, GST 5 % ₹51.92',
        '1 × Starter: ₹1,300.00 in all',
        'BIG refused: MIN_SUBTOTAL_NOT_MET',
        'CGST ₹54.75 + SGST ₹54.75',
        'To pay: ₹2,299.00',
      ],
    },
    {
      title: 'A jacket worth more than ₹2,500.00 alone, and less in a bundle: what is charged for it there counts',
      why: '10 % off 2,950.00 = 2,655.00, of it 2,430.00 for the jacket: worth 2,314.29, so 5 %',
      inputs: cart({
        lines: [some(1, jacket)],
        bundles: [bundle('Winter', { kind: 'percent-off', percent: 10 }, { parts: [part(1, jacket), part(1, tea)] })],
      }),
      bill: [
        '1 × Jacket: ₹2,700.00, GST 18 % ₹411.86',
        '1 × Jacket: ₹2,430.00, GST 5 % ₹115.72',
        '1 × Tea: ₹225.00, GST 5 % ₹10.72',
        '1 × Winter: ₹2,655.00 in all',
        'CGST ₹269.15 + SGST ₹269.15',
        'To pay: ₹5,355.00',
      ],
    },
    {
      title: 'A bundle for nothing: a total of zero',
      why: 'A fixed price of 0.00',
      inputs: cart({ bundles: [bundle('Sample', { kind: 'fixed', price: 0 }, kitchen)] }),
      bill: [
        '1 × Tea: ₹0.00, GST 5 % ₹0.00',
        '1 × Pan: ₹0.00, GST 5 % ₹0.00',
        '1 × Sample: ₹0.00 in all',
        'CGST ₹0.00 + SGST ₹0.00',
        'To pay: ₹0.00',
      ],
    },
    {
      title: 'Prices without tax, to another state',
      why: '1,300.00 and 5 % of each part: 10.49 + 54.51',
      inputs: cart({ pricesIncludeTax: false, placeOfSupply: 'IN-DL', bundles: [starter] }),
      bill: [
        '1 × Tea: ₹209.81, GST 5 % ₹10.49',
        '1 × Pan: ₹1,090.19, GST 5 % ₹54.51',
        '1 × Starter: ₹1,300.00 in all',
        'IGST ₹65.00',
        'To pay: ₹1,365.00',
      ],
    },
  ],
};
