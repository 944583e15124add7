import { emailRoutes } from '../auth/credentials/email.ts';
import { undoEmailRoute } from '../auth/credentials/email-undo.ts';
import { passwordRoutes } from '../auth/credentials/passwords.ts';
import { refreshRoute } from '../auth/sessions/refresh.ts';
import { sessionRoutes } from '../auth/sessions/sessions.ts';
import { STORE_DOOR } from '../auth/sign-in-realm.ts';
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

/** Everything about the caller's own customer account. */
export const accountRoutes = (deps: ApiDeps): AnyRoute[] => [
  registerRoute(deps),
  signInRoute(deps),
  refreshRoute(deps, STORE_DOOR),
  ...sessionRoutes(deps, STORE_DOOR),
  ...profileRoutes(deps, STORE_DOOR),
  ...passwordRoutes(deps, STORE_DOOR),
  ...emailRoutes(deps, STORE_DOOR),
  undoEmailRoute(deps, STORE_DOOR),
  ...addressRoutes(deps),
  currentCartRoute(deps),
  ...ownOrderRoutes(deps),
  ...ownReviewRoutes(deps),
  ...preferenceRoutes(deps),
  ...personalDataRoutes(deps),
];
