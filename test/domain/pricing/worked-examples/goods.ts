import type { Goods } from '../../../../src/domain/pricing/inputs.ts';
import { GST_CLASSES } from '../../../../src/domain/tax/gst-classes.ts';

const ratesOf = (code: string) => GST_CLASSES.find((taxClass) => taxClass.code === code)?.rates ?? [];

type Fact = Pick<Goods, 'unitPrice' | 'weightGrams' | 'hsn'> & { collection: string; gst: string };

const goods = (name: string, { collection, gst, ...fact }: Fact): Goods => ({
  ...{ variantId: name, productId: name, collectionIds: [collection], taxRates: ratesOf(gst) },
  ...fact,
});

/** Clothing and shoes: 5 % up to a value of ₹2,500.00 a piece, 18 % above; other limits before 2025-09-22. */
const clothing = { collection: 'clothing', gst: 'apparel' };
export const shirt = goods('Shirt', { ...clothing, unitPrice: 999_00, weightGrams: 250, hsn: '6109' });
export const socks = goods('Socks', { ...clothing, unitPrice: 199_00, weightGrams: 50, hsn: '6115' });
export const jacket = goods('Jacket', { ...clothing, unitPrice: 2_700_00, weightGrams: 900, hsn: '6201' });
const leather = { collection: 'shoes', gst: 'footwear' };
export const shoes = goods('Shoes', { ...leather, unitPrice: 2_499_00, weightGrams: 800, hsn: '6403' });

/** 18 %; television sets 28 % before 2025-09-22. */
const standard = { collection: 'electronics', gst: 'standard' };
export const speaker = goods('Speaker', { ...standard, unitPrice: 2_499_00, weightGrams: 1_200, hsn: '8518' });
export const cable = goods('Cable', { ...standard, unitPrice: 299_00, weightGrams: 50, hsn: '8544' });
const electronics = { collection: 'electronics', gst: 'electronics' };
export const phone = goods('Phone', { ...electronics, unitPrice: 11_800_00, weightGrams: 200, hsn: '8517' });
const appliance = { collection: 'electronics', gst: 'appliances' };
export const television = goods('Television', { ...appliance, unitPrice: 40_000_00, weightGrams: 9_000, hsn: '8528' });

/** 5 % at any time. */
const essential = { collection: 'pantry', gst: 'essential' };
export const tea = goods('Tea', { ...essential, unitPrice: 250_00, weightGrams: 100, hsn: '0902' });
export const coffee = goods('Coffee', { ...essential, unitPrice: 349_00, weightGrams: 200, hsn: '0901' });
export const rice = goods('Rice', { ...essential, unitPrice: 80_00, weightGrams: 1_000, hsn: '1006' });

/** 5 %; before 2025-09-22 pans 12 %, soap 18 %. */
const kitchen = { collection: 'kitchen', gst: 'reduced' };
export const pan = goods('Pan', { ...kitchen, unitPrice: 1_299_00, weightGrams: 1_500, hsn: '7615' });
const care = { collection: 'care', gst: 'personal-care' };
export const soap = goods('Soap', { ...care, unitPrice: 45_00, weightGrams: 100, hsn: '3401' });

/** 40 %, before 2025-09-22 28 %; books are exempt; jewellery 3 %. */
const demerit = { collection: 'drinks', gst: 'demerit' };
export const cola = goods('Cola', { ...demerit, unitPrice: 40_00, weightGrams: 500, hsn: '2202' });
const exempt = { collection: 'books', gst: 'exempt' };
export const book = goods('Book', { ...exempt, unitPrice: 399_00, weightGrams: 300, hsn: '4901' });
const jewellery = { collection: 'jewellery', gst: 'jewellery' };
export const ring = goods('Ring', { ...jewellery, unitPrice: 12_345_67, weightGrams: 10, hsn: '7113' });

/** Another thing at the same price and rate. */
export const namedLike = (like: Goods, name: string): Goods => ({ ...like, variantId: name, productId: name });
