import type { Database } from '../../infra/database.ts';
import type { AnyRoute } from '../route.ts';

/** To be replaced by the catalogue's writer. */
export const productRoutes = (_deps: { db: Database; currency: string }): AnyRoute[] => [];
