import type { ChoiceSet } from '../bundles/selection.ts';
import { type Contradiction, only, when } from './contradiction.ts';

/** What makes a bundle one that nobody can ever fill. `inactive`: variants that are not on sale. */
export function bundleContradictions(
  sets: readonly Omit<ChoiceSet, 'id'>[],
  inactive: ReadonlySet<string>,
): Contradiction[] {
  return [
    ...only([when(sets.length === 0, 'sets', 'there are none', 'at least one set')]),
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
  return only([
    when(
      maxQuantity < minQuantity,
      `${where}.maxQuantity`,
      `is below minQuantity ${minQuantity}`,
      `${minQuantity} or more`,
    ),
    when(new Set(ids).size < ids.length, `${where}.items`, 'a variant is there twice', 'each variant once'),
    when(items.length === 0, `${where}.items`, 'there are none', 'at least one variant'),
    when(
      items.length > 0 && most < minQuantity,
      `${where}.items`,
      `those on sale come to ${most} units`,
      `at least ${minQuantity} units that can be chosen`,
    ),
  ]);
}
