import type { ApiDeps } from '../deps.ts';
import type { AnyRoute } from '../route.ts';
import { signInRoutes } from './sign-in.ts';

/** Everything about the caller's own customer account. */
export const accountRoutes = (deps: ApiDeps): AnyRoute[] => [...signInRoutes(deps)];
