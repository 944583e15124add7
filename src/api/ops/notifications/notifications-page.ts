import { sendAccountEmail } from '../../../jobs/mail.ts';
import { html } from '../html.ts';
import { failedJobs, REDRIVE_ACTIONS, REDRIVE_NOTES } from '../jobs/failed-jobs.ts';
import type { OpsPage } from '../ops-page.ts';
import type { FormFields, OpsDeps } from '../ops-request.ts';
import { type ActionTarget, outcomeBox, runAction } from '../views/action-form.ts';
import { failedDeliveries, redeliver } from './failed-deliveries.ts';
import { failingWebhooks } from './failing-webhooks.ts';

const PATH = '/ops/notifications';
const NOTES = new Map([
  ...REDRIVE_NOTES,
  ['redeliver', 'The delivery is sent again, with the same id, while its webhook is active.'],
]);
const ACTIONS: ReadonlyMap<string, ActionTarget> = new Map([...REDRIVE_ACTIONS, ['redeliver', redeliver]]);

/** The mails and webhook deliveries that failed for good, the forms that send them again, and the failing webhooks. */
export const notificationsPage = (deps: OpsDeps): OpsPage => ({
  path: PATH,
  access: 'staff',
  permission: 'queues:view',
  async render(opsRequest, alert) {
    const { queue } = sendAccountEmail;
    const mails = await failedJobs(deps, opsRequest, { queue, page: PATH });
    const seesWebhooks = opsRequest.person?.permissions.has('webhooks:manage') ?? false;
    const deliveries = seesWebhooks && (await failedDeliveries(deps, opsRequest, PATH));
    const webhooks = seesWebhooks && (await failingWebhooks(deps, opsRequest));
    return {
      title: 'Notifications',
      isWide: true,
      main: html`${outcomeBox(opsRequest, { alert, notes: NOTES })}
<p>What failed after its last attempt, and waits for a person.</p>
<h2>Failed mails</h2>${mails}
${deliveries && html`<h2>Failed webhook deliveries</h2>${deliveries}`}
${webhooks && html`<h2>Failing webhooks</h2>${webhooks}`}`,
    };
  },
  async submit(opsRequest) {
    await runAction(deps, opsRequest, ACTIONS);
    const { action = '' } = opsRequest.body as FormFields;
    return { to: `${PATH}?done=${action}` };
  },
});
