import { APPAREL } from './wares/apparel.ts';
import { HOME } from './wares/home.ts';
import { LEISURE } from './wares/leisure.ts';
import { PANTRY } from './wares/pantry.ts';

export interface Size {
  label: string;
  /** The price in relation to the ware's; sizes of clothing cost the same. */
  factor: number;
}

/** One kind of goods the shop sells; its products are combinations of the words. */
export interface Ware {
  collection: { slug: string; title: string };
  /** Opens the SKUs. */
  code: string;
  hsn: string;
  taxClass: string;
  brands: readonly string[];
  /** A title is one word of each list. */
  words: readonly (readonly string[])[];
  /** A description is some of these. */
  sentences: readonly string[];
  sizes: readonly Size[];
  colors: readonly string[];
  /** Rupees, the dearest and the cheapest; prices end as prices do. */
  price: readonly [low: number, high: number];
}

/** The first three are staples, of which there is always plenty: demonstrations and measurements buy them. */
export const WARES: readonly Ware[] = [...PANTRY, ...APPAREL, ...HOME, ...LEISURE];

/** Shelves that cut across the others. */
export const FESTIVE = { slug: 'festive-picks', title: 'Festive Picks' };
export const GIFTS = { slug: 'gifts-under-999', title: 'Gifts under ₹999' };

/** Every shelf of the shop, in the order of its menu. */
export const SHELVES = [...WARES.map(({ collection }) => collection), FESTIVE, GIFTS];
