import { profileRoutes } from '../account/profile.ts';
import { emailRoutes } from '../auth/credentials/email.ts';
import { undoEmailRoute } from '../auth/credentials/email-undo.ts';
import { passwordRoutes } from '../auth/credentials/passwords.ts';
import { refreshRoute } from '../auth/sessions/refresh.ts';
import { sessionRoutes } from '../auth/sessions/sessions.ts';
import { STAFF_REALM } from '../auth/sign-in-realm.ts';
import type { ApiDeps } from '../deps.ts';
import type { AnyRoute } from '../http/route.ts';
import { apiKeyRoutes } from './access/api-keys.ts';
import { auditRoutes } from './access/audit-log.ts';
import { mfaRoutes } from './access/mfa.ts';
import { roleRoutes } from './access/roles.ts';
import { adminSessionRoutes } from './access/sessions.ts';
import { staffRoutes } from './access/staff.ts';
import { staffAccessRoutes } from './access/staff-access.ts';
import { analyticsRoutes } from './analytics/analytics.ts';
import { catalogueRoutes } from './catalogue/catalogue.ts';
import { customerAddressRoutes } from './customers/addresses.ts';
import { customerRoutes } from './customers/customers.ts';
import { groupRoutes } from './customers/groups.ts';
import { customerDataRoutes } from './customers/personal-data.ts';
import { importRoutes } from './imports/imports.ts';
import { priceRoutes } from './operations/prices.ts';
import { queueRoutes } from './operations/queues.ts';
import { replayRoutes } from './operations/replay.ts';
import { adminOrderRoutes } from './orders/orders.ts';
import { pricingAdminRoutes } from './pricing/pricing.ts';
import { reconciliationRoutes } from './reconciliation/runs.ts';
import { reviewAdminRoutes } from './reviews/reviews.ts';
import { webhookAdminRoutes } from './webhooks/webhooks.ts';

/** All routes of the admin API, for staff and API keys. */
export const adminRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...adminSessionRoutes(deps),
  refreshRoute(deps, STAFF_REALM),
  ...sessionRoutes(deps, STAFF_REALM),
  ...profileRoutes(deps, STAFF_REALM),
  ...passwordRoutes(deps, STAFF_REALM),
  ...emailRoutes(deps, STAFF_REALM),
  undoEmailRoute(deps, STAFF_REALM),
  ...mfaRoutes(deps),
  ...staffRoutes(deps),
  ...staffAccessRoutes(deps),
  ...roleRoutes(deps),
  ...customerRoutes(deps),
  ...customerAddressRoutes(deps),
  ...customerDataRoutes(deps),
  ...groupRoutes(deps),
  ...apiKeyRoutes(deps),
  ...auditRoutes(deps),
  ...adminOrderRoutes(deps),
  ...replayRoutes(deps),
  ...priceRoutes(deps),
  // Before the product routes: `imports` and `export` must not match `{id}`.
  ...importRoutes(deps),
  ...catalogueRoutes(deps),
  ...pricingAdminRoutes(deps),
  ...reconciliationRoutes(deps),
  ...webhookAdminRoutes(deps),
  ...reviewAdminRoutes(deps),
  ...queueRoutes(deps),
  ...analyticsRoutes(deps),
];
