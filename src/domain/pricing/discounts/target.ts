import type { Selection, Target } from '../inputs.ts';

/** Whether a target names nothing: as `include` that means everything, as `exclude` nothing. */
export const namesNothing = ({ productIds, variantIds, collectionIds }: Target): boolean =>
  productIds.length + variantIds.length + collectionIds.length === 0;

/** Whether goods are among those of a selection. */
export function isMeant({ include, exclude }: Selection, goods: Named): boolean {
  return (namesNothing(include) || names(include, goods)) && !names(exclude, goods);
}

interface Named {
  variantId: string;
  productId: string;
  collectionIds: readonly string[];
}

const names = (target: Target, { variantId, productId, collectionIds }: Named): boolean =>
  target.variantIds.includes(variantId) ||
  target.productIds.includes(productId) ||
  target.collectionIds.some((id) => collectionIds.includes(id));
