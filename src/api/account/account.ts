import { emailRoutes } from '../auth/credentials/email.ts';
import { undoEmailRoute } from '../auth/credentials/email-undo.ts';
import { passwordRoutes } from '../auth/credentials/passwords.ts';
import { refreshRoute } from '../auth/sessions/refresh.ts';
import { sessionRoutes } from '../auth/sessions/sessions.ts';
import { STORE_REALM } from '../auth/sign-in-realm.ts';
import type { ApiDeps } from '../deps.ts';
import type { AnyRoute } from '../http/route.ts';
import { addressRoutes } from './addresses.ts';
import { ownOrderRoutes } from './orders.ts';
import { personalDataRoutes } from './personal-data.ts';
import { preferenceRoutes } from './preferences.ts';
import { currentCartRoute, profileRoutes } from './profile.ts';
import { registerRoute } from './register.ts';
import { ownReviewRoutes } from './reviews.ts';
import { signInRoute } from './sign-in.ts';

/** The routes of the caller's own customer account. */
export const accountRoutes = (deps: ApiDeps): AnyRoute[] => [
  registerRoute(deps),
  signInRoute(deps),
  refreshRoute(deps, STORE_REALM),
  ...sessionRoutes(deps, STORE_REALM),
  ...profileRoutes(deps, STORE_REALM),
  ...passwordRoutes(deps, STORE_REALM),
  ...emailRoutes(deps, STORE_REALM),
  undoEmailRoute(deps, STORE_REALM),
  ...addressRoutes(deps),
  currentCartRoute(deps),
  ...ownOrderRoutes(deps),
  ...ownReviewRoutes(deps),
  ...preferenceRoutes(deps),
  ...personalDataRoutes(deps),
];
