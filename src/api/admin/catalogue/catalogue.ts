import type { ApiDeps } from '../../deps.ts';
import type { AnyRoute } from '../../http/route.ts';
import { resourceRoutes } from '../resources/routes.ts';
import { collectionMembershipRoutes } from './collection-membership.ts';
import { COLLECTIONS } from './collections.ts';
import { inventoryRoutes } from './inventory.ts';
import { levelRoutes } from './levels.ts';
import { PRODUCTS } from './products.ts';
import { VARIANTS } from './variants.ts';

/** Products, variants, collections and inventory. */
export const catalogueRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...resourceRoutes(deps, PRODUCTS),
  ...resourceRoutes(deps, VARIANTS),
  ...resourceRoutes(deps, COLLECTIONS),
  ...collectionMembershipRoutes(deps),
  ...levelRoutes(deps),
  ...inventoryRoutes(deps),
];
