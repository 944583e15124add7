import { html } from '../html.ts';
import type { OpsPage } from '../ops-page.ts';
import type { FormFields, OpsDeps } from '../ops-request.ts';
import { outcomeBox, runAction } from '../views/action-form.ts';
import { failedJobs, REDRIVE_ACTIONS, REDRIVE_NOTES } from './failed-jobs.ts';
import { failedPath, queuePath } from './queue-paths.ts';

const ACTIONS = new Map(REDRIVE_ACTIONS);
const NOTES = new Map(REDRIVE_NOTES);

/** The failed jobs of one queue, and the forms that run them again. */
export const queuePage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/jobs/:queue',
  access: 'staff',
  permission: 'queues:view',
  async render(opsRequest, alert) {
    const { queue = '' } = opsRequest.params;
    const page = failedPath(queue);
    const jobs = await failedJobs(deps, opsRequest, { queue, page });
    return {
      title: `Failed jobs of ${queue}`,
      isWide: true,
      main: html`${outcomeBox(opsRequest, { alert, notes: NOTES })}
<p><a href="${queuePath(queue)}">All jobs of this queue</a></p>${jobs}`,
    };
  },
  async submit(opsRequest) {
    await runAction(deps, opsRequest, ACTIONS);
    const { action = '' } = opsRequest.body as FormFields;
    return { to: `${failedPath(opsRequest.params.queue ?? '')}?done=${action}` };
  },
});
