import type { ChoiceSet } from '../bundles/selection.ts';
import { type Contradiction, collect, contradictionIf } from './contradiction.ts';

/** Finds the reasons why a bundle can never be filled. `inactive`: variants that are not on sale. */
export function bundleContradictions(
  sets: readonly Omit<ChoiceSet, 'id'>[],
  inactive: ReadonlySet<string>,
): Contradiction[] {
  return [
    ...collect([contradictionIf(sets.length === 0, 'sets', 'there are none', 'at least one set')]),
    ...sets.flatMap((set, place) => setContradictions(set, { where: `sets[${place}]`, inactive })),
  ];
}

function setContradictions(
  { minQuantity, maxQuantity, items }: Omit<ChoiceSet, 'id'>,
  { where, inactive }: { where: string; inactive: ReadonlySet<string> },
): Contradiction[] {
  const ids = items.map(({ variantId }) => variantId);
  const onSale = items.filter(({ variantId }) => !inactive.has(variantId));
  const most = onSale.reduce((sum, item) => sum + (item.maxQuantity ?? maxQuantity), 0);
  return collect([
    contradictionIf(
      maxQuantity < minQuantity,
      `${where}.maxQuantity`,
      `is below minQuantity ${minQuantity}`,
      `${minQuantity} or more`,
    ),
    contradictionIf(new Set(ids).size < ids.length, `${where}.items`, 'a variant is there twice', 'each variant once'),
    contradictionIf(items.length === 0, `${where}.items`, 'there are none', 'at least one variant'),
    contradictionIf(
      items.length > 0 && most < minQuantity,
      `${where}.items`,
      `the items on sale have only ${most} units`,
      `at least ${minQuantity} units that can be chosen`,
    ),
  ]);
}
