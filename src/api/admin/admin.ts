import type { ApiDeps } from '../deps.ts';
import type { AnyRoute } from '../route.ts';
import { adminSessionRoutes } from './sessions.ts';

/** Everything that staff and external services do. */
export const adminRoutes = (deps: ApiDeps): AnyRoute[] => [...adminSessionRoutes(deps)];
