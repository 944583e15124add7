import { amount, automatic, bundle, cart, courier, part, some, type Theme } from './carts.ts';
import { book, cola, namedLike, pan, phone, ring, shirt, shoes, soap, television } from './goods.ts';

const LAST_DAY = '2025-09-21T12:00:00+05:30';
const FIRST_DAY = '2025-09-22T12:00:00+05:30';
const dryFruit = namedLike({ ...pan, unitPrice: 700_00, hsn: '0813' }, 'Dry fruit');
const drinks = namedLike({ ...cola, unitPrice: 300_00 }, 'Aerated drinks');
const hamper = { parts: [part(1, dryFruit), part(1, drinks)] };

export const PUBLISHED: Theme = {
  name: 'Cases that the law and the authorities have published; the amounts are ours',
  examples: [
    {
      title:
        'CGST Act, section 15(2)(a), and CBIC’s FAQ 33 on rates: the sale value of a garment is that without the tax',
      why: '2,600.00 / 1.05 = 2,476.19, which does not exceed 2,500.00: 5 %; 2,600.00 × 5 / 210 = 61.905 → 61.90 each',
      inputs: cart({ lines: [some(1, shirt, 2_600_00)] }),
      bill: ['1 × Shirt: ₹2,600.00, GST 5 % ₹123.80', 'CGST ₹61.90 + SGST ₹61.90', 'To pay: ₹2,600.00'],
    },
    {
      title: 'Notification 1/2017-Central Tax (Rate): apparel not exceeding ₹1,000 a piece 5 %, above 12 %',
      why: '1,050.00 and 1,050.01, worth 1,000.00 and more than that: 25.00 and 56.25 each',
      inputs: cart({ at: LAST_DAY, lines: [some(1, shirt, 1_050_00), some(1, namedLike(shirt, 'Kurta'), 1_050_01)] }),
      bill: [
        '1 × Shirt: ₹1,050.00, GST 5 % ₹50.00',
        '1 × Kurta: ₹1,050.01, GST 12 % ₹112.50',
        'CGST ₹81.25 + SGST ₹81.25',
        'To pay: ₹2,100.01',
      ],
    },
    {
      title:
        'Notification 9/2025-Central Tax (Rate), Schedules I and II: apparel not exceeding ₹2,500 a piece 5 %, above 18 %',
      why: 'Worth 2,500.00 and 3,000.00: 2,625.00 × 5 / 210 = 62.50 and 3,540.00 × 18 / 236 = 270.00 each',
      inputs: cart({ at: FIRST_DAY, lines: [some(1, shirt, 2_625_00), some(1, namedLike(shirt, 'Coat'), 3_540_00)] }),
      bill: [
        '1 × Shirt: ₹2,625.00, GST 5 % ₹125.00',
        '1 × Coat: ₹3,540.00, GST 18 % ₹540.00',
        'CGST ₹332.50 + SGST ₹332.50',
        'To pay: ₹6,165.00',
      ],
    },
    {
      title:
        'Notification 14/2021-Central Tax (Rate): footwear not exceeding ₹1,000 a pair goes from 5 to 12 % on 2022-01-01',
      why: '1,120.00 / 1.12 = 1,000.00: 60.00 each',
      inputs: cart({ at: '2022-01-01T00:00:00+05:30', lines: [some(1, shoes, 1_120_00)] }),
      bill: ['1 × Shoes: ₹1,120.00, GST 12 % ₹120.00', 'CGST ₹60.00 + SGST ₹60.00', 'To pay: ₹1,120.00'],
    },
    {
      title: 'Notification 3/2020-Central Tax (Rate): mobile phones at 18 % from 2020-04-01',
      why: '11,800.00 × 18 / 236 = 900.00 each',
      inputs: cart({ at: '2020-04-01T00:00:00+05:30', lines: [some(1, phone)] }),
      bill: ['1 × Phone: ₹11,800.00, GST 18 % ₹1,800.00', 'CGST ₹900.00 + SGST ₹900.00', 'To pay: ₹11,800.00'],
    },
    {
      title: 'Press release of the 56th GST Council, 2025-09-03: soap goes from 18 to 5 %',
      why: '105.00 × 5 / 210 = 2.50 each',
      inputs: cart({ at: FIRST_DAY, lines: [some(1, soap, 105_00)] }),
      bill: ['1 × Soap: ₹105.00, GST 5 % ₹5.00', 'CGST ₹2.50 + SGST ₹2.50', 'To pay: ₹105.00'],
    },
    {
      title: 'The same press release: televisions go from 28 to 18 %',
      why: '35,400.00 × 18 / 236 = 2,700.00 each',
      inputs: cart({ at: FIRST_DAY, lines: [some(1, television, 35_400_00)] }),
      bill: ['1 × Television: ₹35,400.00, GST 18 % ₹5,400.00', 'CGST ₹2,700.00 + SGST ₹2,700.00', 'To pay: ₹35,400.00'],
    },
    {
      title: 'The same press release: aerated drinks go from 28 to 40 %',
      why: '70.00 × 40 / 280 = 10.00 each',
      inputs: cart({ at: FIRST_DAY, lines: [some(1, cola, 70_00)] }),
      bill: ['1 × Cola: ₹70.00, GST 40 % ₹20.00', 'CGST ₹10.00 + SGST ₹10.00', 'To pay: ₹70.00'],
    },
    {
      title: 'Notification 2/2017-Central Tax (Rate): printed books are exempt',
      why: 'Five books of 399.00',
      inputs: cart({ lines: [some(5, book)] }),
      bill: ['5 × Book: ₹1,995.00, GST 0 % ₹0.00', 'CGST ₹0.00 + SGST ₹0.00', 'To pay: ₹1,995.00'],
    },
    {
      title: 'Notification 1/2017-Central Tax (Rate), Schedule V: jewellery at 3 %',
      why: '10,300.00 × 3 / 206 = 150.00 each',
      inputs: cart({ lines: [some(1, ring, 10_300_00)] }),
      bill: ['1 × Ring: ₹10,300.00, GST 3 % ₹300.00', 'CGST ₹150.00 + SGST ₹150.00', 'To pay: ₹10,300.00'],
    },
    {
      title:
        'CGST Act, section 2(74), illustration: dry fruit and aerated drinks in a package at a single price are a mixed supply',
      why: 'Section 8(b): the highest rate, 40 %, on all of it: 630.00 × 40 / 280 = 90.00 and 270.00 × 40 / 280 = 38.571 → 38.57 each',
      inputs: cart({ bundles: [bundle('Package', { kind: 'fixed', price: 900_00 }, hamper)] }),
      bill: [
        '1 × Dry fruit: ₹630.00, GST 40 % ₹180.00',
        '1 × Aerated drinks: ₹270.00, GST 40 % ₹77.14',
        '1 × Package: ₹900.00 in all',
        'CGST ₹128.57 + SGST ₹128.57',
        'To pay: ₹900.00',
      ],
    },
    {
      title: 'The same illustration: it is none when the articles are supplied separately',
      why: 'Marked as separately priced: 630.00 × 5 / 210 = 15.00 and 38.57 each',
      inputs: cart({ bundles: [bundle('Package', { kind: 'fixed', price: 900_00, separatelyPriced: true }, hamper)] }),
      bill: [
        '1 × Dry fruit: ₹630.00, GST 5 % ₹30.00',
        '1 × Aerated drinks: ₹270.00, GST 40 % ₹77.14',
        '1 × Package: ₹900.00 in all',
        'CGST ₹53.57 + SGST ₹53.57',
        'To pay: ₹900.00',
      ],
    },
    {
      title:
        'CGST Act, section 2(30), illustration: goods with their transport are a composite supply, and the goods are the principal one',
      why: 'Section 8(a): the delivery of a shirt at 5 % is taxed at 5 %: 49.00 × 5 / 210 = 1.167 → 1.17 each',
      inputs: cart({ shipping: courier, lines: [some(1, shirt, 1_050_00)] }),
      bill: [
        '1 × Shirt: ₹1,050.00, GST 5 % ₹50.00',
        'Delivery, Karnataka: ₹49.00, GST 5 % ₹2.34',
        'CGST ₹26.17 + SGST ₹26.17',
        'To pay: ₹1,099.00',
      ],
    },
    {
      title: 'CGST Act, section 15(3)(a): a discount on the invoice is not part of the value',
      why: '1,155.00 − 105.00 = 1,050.00: 25.00 each',
      inputs: cart({ lines: [some(1, shirt, 1_155_00)], discounts: [automatic('₹105 off', amount(105_00))] }),
      bill: [
        '1 × Shirt: ₹1,155.00 − ₹105.00, GST 5 % ₹50.00',
        '₹105 off takes ₹105.00',
        'CGST ₹25.00 + SGST ₹25.00',
        'To pay: ₹1,050.00',
      ],
    },
    {
      title: 'IGST Act, sections 5 and 10(1)(a): goods that are sent to another state bear IGST',
      why: '1,180.00 × 18 / 118 = 180.00',
      inputs: cart({ placeOfSupply: 'IN-DL', lines: [some(1, phone, 1_180_00)] }),
      bill: ['1 × Phone: ₹1,180.00, GST 18 % ₹180.00', 'IGST ₹180.00', 'To pay: ₹1,180.00'],
    },
  ],
};
