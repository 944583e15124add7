import { profileRoutes } from '../account/profile.ts';
import { STAFF_DOOR } from '../auth/door.ts';
import { emailRoutes } from '../auth/email.ts';
import { undoEmailRoute } from '../auth/email-undo.ts';
import { passwordRoutes } from '../auth/passwords.ts';
import { refreshRoute } from '../auth/refresh.ts';
import { sessionRoutes } from '../auth/sessions.ts';
import type { ApiDeps } from '../deps.ts';
import type { AnyRoute } from '../route.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditRoutes } from './audit-log.ts';
import { catalogueRoutes } from './catalogue/catalogue.ts';
import { customerAddressRoutes } from './customer-addresses.ts';
import { customerRoutes } from './customers.ts';
import { groupRoutes } from './groups.ts';
import { importRoutes } from './imports/imports.ts';
import { mfaRoutes } from './mfa.ts';
import { adminOrderRoutes } from './orders/orders.ts';
import { customerDataRoutes } from './personal-data.ts';
import { priceRoutes } from './prices.ts';
import { pricingAdminRoutes } from './pricing/pricing.ts';
import { queueRoutes } from './queues.ts';
import { reconciliationRoutes } from './reconciliation/runs.ts';
import { replayRoutes } from './replay.ts';
import { reviewAdminRoutes } from './reviews/reviews.ts';
import { roleRoutes } from './roles.ts';
import { adminSessionRoutes } from './sessions.ts';
import { staffRoutes } from './staff.ts';
import { staffDoorRoutes } from './staff-door.ts';
import { webhookAdminRoutes } from './webhooks/webhooks.ts';

/** Everything that staff and external services do. */
export const adminRoutes = (deps: ApiDeps): AnyRoute[] => [
  ...adminSessionRoutes(deps),
  refreshRoute(deps, STAFF_DOOR),
  ...sessionRoutes(deps, STAFF_DOOR),
  ...profileRoutes(deps, STAFF_DOOR),
  ...passwordRoutes(deps, STAFF_DOOR),
  ...emailRoutes(deps, STAFF_DOOR),
  undoEmailRoute(deps, STAFF_DOOR),
  ...mfaRoutes(deps),
  ...staffRoutes(deps),
  ...staffDoorRoutes(deps),
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
  // Before the products themselves: `imports` and `export` are not ids.
  ...importRoutes(deps),
  ...catalogueRoutes(deps),
  ...pricingAdminRoutes(deps),
  ...reconciliationRoutes(deps),
  ...webhookAdminRoutes(deps),
  ...reviewAdminRoutes(deps),
  ...queueRoutes(deps),
];
