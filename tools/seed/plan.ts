import type { NewProduct, NewVariant } from '../../src/entities/catalogue/terms.ts';
import { type Dice, diceFor } from './dice.ts';
import { FESTIVE, GIFTS, type Size, WARES, type Ware } from './wares.ts';

export interface PlannedVariant extends NewVariant {
  /** Units in stock; 0 if it is sold out. */
  onHand: number;
  backorderLimit: number;
}

export interface PlannedProduct extends NewProduct {
  slug: string;
  launchedAt: Date;
  /** Slugs. */
  collections: string[];
  variants: PlannedVariant[];
}

/** Number of products whose first variant has a large stock and no quantity limit. */
const STAPLES = 3;
const STAPLE_STOCK = 100_000;
const OPENING_DAY = Date.UTC(2024, 0, 15);
const HOUR = 3_600_000;

/** Returns the SKUs with a large stock, for demonstrations. */
export const stapleSkus = (): string[] =>
  Array.from({ length: STAPLES }, (_, index) => planProduct(index + 1).variants[0]?.sku ?? '');

/** Plans the product with this number, from 1. It is always the same and does not depend on other products. */
export function planProduct(number: number): PlannedProduct {
  const ware = WARES[(number - 1) % WARES.length] as Ware;
  const dice = diceFor(number);
  const title = titleOf(ware, Math.floor((number - 1) / WARES.length));
  const colors = dice.some(ware.colors, dice.between(1, 2));
  const variants = planVariants({ ware, number, colors }, dice);
  return {
    slug: `${slugOf(title)}-${number}`,
    title,
    description: describe(ware, colors, dice),
    brand: dice.pick(ware.brands),
    hsn: ware.hsn,
    taxClass: ware.taxClass,
    launchedAt: new Date(OPENING_DAY + dice.between(0, 880 * 24) * HOUR),
    collections: collectionsFor(ware, variants, dice),
    variants,
  };
}

/** Combines a word of each list; neighbours differ in all words. Repeated combinations get an edition number. */
function titleOf(ware: Ware, ordinal: number): string {
  const combinations = ware.words.reduce((product, list) => product * list.length, 1);
  const edition = Math.floor(ordinal / combinations) + 1;
  // A step that shares no factor with the number of combinations visits each of them once.
  let rest = ((ordinal % combinations) * coprimeStep(combinations)) % combinations;
  const words = ware.words.map((list) => {
    const word = list[rest % list.length] ?? '';
    rest = Math.floor(rest / list.length);
    return word;
  });
  return `${words.join(' ')}${edition > 1 ? ` No. ${edition}` : ''}`;
}

function coprimeStep(size: number): number {
  let step = Math.ceil(size * 0.618);
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return step;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

function describe(ware: Ware, colors: readonly string[], dice: Dice): string {
  const sentences = dice.some(ware.sentences, dice.between(2, 3)).join(' ');
  return colors.length > 0 ? `${sentences} Comes in ${colors.join(' and ')}.` : sentences;
}

/** Plans every size in every colour, with the same quantity limit. */
function planVariants(of: { ware: Ware; number: number; colors: string[] }, dice: Dice): PlannedVariant[] {
  const { ware, number, colors } = of;
  const rupees = dice.between(...ware.price);
  const maxPerOrder = number > STAPLES && dice.chance(0.06) ? dice.between(2, 5) : null;
  const sizes = ware.sizes.length > 0 ? ware.sizes : [null];
  return (colors.length > 0 ? colors : [null]).flatMap((color) =>
    sizes.map((size, index) => {
      const isStaple = number <= STAPLES && index === 0;
      const stock = isStaple ? { onHand: STAPLE_STOCK, backorderLimit: 0 } : planStock(dice);
      const sku = skuOf(ware, number, { color, size });
      return {
        sku,
        size: size?.label ?? null,
        color,
        price: priceOf(rupees * (size?.factor ?? 1)),
        maxPerOrder,
        ...stock,
      };
    }),
  );
}

/** Returns a SKU, e.g. VC-KUR-00005-RUST-XL: up to five letters of the colour, and the size without spaces. */
function skuOf({ code }: Ware, number: number, of: { color: string | null; size: Size | null }): string {
  const parts = [of.color?.replaceAll(' ', '').slice(0, 5), of.size?.label.replace(/[^A-Za-z0-9.]/g, '')];
  const tail = parts.flatMap((part) => (part ? [`-${part.toUpperCase()}`] : [])).join('');
  return `VC-${code}-${String(number).padStart(5, '0')}${tail}`;
}

function planStock(dice: Dice): { onHand: number; backorderLimit: number } {
  const kind = dice.roll();
  if (kind < 0.07) return { onHand: 0, backorderLimit: 0 };
  if (kind < 0.11) return { onHand: dice.between(0, 4), backorderLimit: dice.between(1, 5) * 10 };
  return { onHand: kind < 0.3 ? dice.between(1, 12) : dice.between(13, 240), backorderLimit: 0 };
}

/** Rounds to a usual price in paise: larger ones end in 49 or 99 rupees, smaller ones in 5 or 9. */
function priceOf(rupees: number): number {
  if (rupees >= 500) return (Math.ceil(rupees / 50) * 50 - 1) * 100;
  return (Math.ceil(rupees / 5) * 5 - (rupees >= 100 ? 1 : 0)) * 100;
}

function collectionsFor(ware: Ware, variants: readonly PlannedVariant[], dice: Dice): string[] {
  const cheapest = Math.min(...variants.map(({ price }) => price));
  const slugs = [ware.collection.slug];
  if (dice.chance(0.15)) slugs.push(FESTIVE.slug);
  if (cheapest < 999_00 && dice.chance(0.3)) slugs.push(GIFTS.slug);
  return slugs;
}
