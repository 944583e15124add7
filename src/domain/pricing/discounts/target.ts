import type { Selection, Target } from '../inputs.ts';

/** No goods in `exclude`, all goods in `include`. */
export const EMPTY_TARGET = { productIds: [], variantIds: [], collectionIds: [] };

/** Whether a target is empty. An empty `include` means all goods, an empty `exclude` none. */
export const isEmptyTarget = ({ productIds, variantIds, collectionIds }: Target): boolean =>
  productIds.length + variantIds.length + collectionIds.length === 0;

/** Whether a selection contains these goods. */
export function isSelected({ include, exclude }: Selection, goods: GoodsIds): boolean {
  return (isEmptyTarget(include) || includes(include, goods)) && !includes(exclude, goods);
}

interface GoodsIds {
  variantId: string;
  productId: string;
  collectionIds: readonly string[];
}

const includes = (target: Target, { variantId, productId, collectionIds }: GoodsIds): boolean =>
  target.variantIds.includes(variantId) ||
  target.productIds.includes(productId) ||
  target.collectionIds.some((id) => collectionIds.includes(id));
