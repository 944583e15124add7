import { APPAREL } from './wares/apparel.ts';
import { HOME } from './wares/home.ts';
import { LEISURE } from './wares/leisure.ts';
import { PANTRY } from './wares/pantry.ts';

export interface Size {
  label: string;
  /** The price factor relative to the ware's price; 1 for sizes of clothing. */
  factor: number;
}

/** A kind of goods; its products are combinations of the words. */
export interface Ware {
  collection: { slug: string; title: string };
  /** The code in its SKUs. */
  code: string;
  hsn: string;
  taxClass: string;
  brands: readonly string[];
  /** A title combines one word of each list. */
  words: readonly (readonly string[])[];
  /** A description combines some of these. */
  sentences: readonly string[];
  sizes: readonly Size[];
  colors: readonly string[];
  /** The lowest and the highest price in rupees, before rounding to a usual price. */
  price: readonly [low: number, high: number];
}

/** All wares. The first three have a large stock: demonstrations and measurements buy them. */
export const WARES: readonly Ware[] = [...PANTRY, ...APPAREL, ...HOME, ...LEISURE];

/** Additional collections across all wares. */
export const FESTIVE = { slug: 'festive-picks', title: 'Festive Picks' };
export const GIFTS = { slug: 'gifts-under-999', title: 'Gifts under ₹999' };

/** All collections, in the order of the menu. */
export const SHELVES = [...WARES.map(({ collection }) => collection), FESTIVE, GIFTS];
