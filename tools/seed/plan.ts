import type { NewProduct, NewVariant } from '../../src/entities/catalogue/product.ts';
import { type Dice, diceFor } from './dice.ts';
import { FESTIVE, GIFTS, type Size, WARES, type Ware } from './wares.ts';

export interface PlannedVariant extends NewVariant {
  /** Units that are received; none for what is sold out. */
  onHand: number;
  backorderLimit: number;
}

export interface PlannedProduct extends NewProduct {
  launchedAt: Date;
  /** Slugs. */
  collections: string[];
  variants: PlannedVariant[];
}

/** Products of which the first variant is plentiful and may be bought in any number. */
const STAPLES = 3;
const STAPLE_STOCK = 100_000;
const OPENING_DAY = Date.UTC(2024, 0, 15);
const HOUR = 3_600_000;

/** The SKUs that stay in stock whatever a demonstration buys. */
export const stapleSkus = (): string[] =>
  Array.from({ length: STAPLES }, (_, index) => planProduct(index + 1).variants[0]?.sku ?? '');

/** The shop's product with this number, counted from 1: always the same, whatever else the shop has. */
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

/** The words of every list combined; neighbours differ in all of them. Once all are used up, they come as a second edition. */
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

/** Every size in every colour, all limited alike. */
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

/** VC-KUR-00005-RUST-XL: up to five letters of the colour, the size without its spaces. */
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

/** Paise, as a printed price: 49 or 99 at the end of larger ones, 5 or 9 of smaller ones. */
function priceOf(rupees: number): number {
  if (rupees >= 500) return (Math.ceil(rupees / 50) * 50 - 1) * 100;
  return (Math.ceil(rupees / 5) * 5 - (rupees >= 100 ? 1 : 0)) * 100;
}

function collectionsFor(ware: Ware, variants: readonly PlannedVariant[], dice: Dice): string[] {
  const cheapest = Math.min(...variants.map(({ price }) => price));
  const shelves = [ware.collection.slug];
  if (dice.chance(0.15)) shelves.push(FESTIVE.slug);
  if (cheapest < 999_00 && dice.chance(0.3)) shelves.push(GIFTS.slug);
  return shelves;
}
