import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { reviewDetailSchema } from '../../admin/reviews/review-view.ts';
import { requireStaff } from '../../auth/principal.ts';
import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import { alertBox, csrfField, type OpsPage } from '../ops-page.ts';
import type { OpsDeps, OpsRequest } from '../ops-request.ts';
import { code, orDash, time } from '../views/formats.ts';
import { table } from '../views/table.ts';
import { traceColumn } from '../views/trace-column.ts';

type Review = z.infer<typeof reviewDetailSchema>;

/** One review with its history; a moderator claims, releases and decides it. */
export const reviewPage = (deps: OpsDeps): OpsPage => ({
  path: '/ops/reviews/:id',
  access: 'staff',
  permission: 'reviews:moderate',
  async render(opsRequest, alert) {
    const { params, principal } = opsRequest;
    const { body } = await callApi(deps, opsRequest, { method: 'get', path: '/reviews/{id}', params });
    const review = body as Review;
    const csrfInput = csrfField(deps, 'staff', opsRequest);
    const isMine = review.claim?.by === requireStaff(principal).accountId;
    return {
      title: review.title || 'Review without a title',
      isWide: true,
      main: html`${alertBox(alert)}
<dl>
  <div><dt>State</dt><dd>${code(review.state)}${review.claim !== null && (isMine ? ' (claimed by you)' : ' (claimed by another moderator)')}</dd></div>
  <div><dt>Rating</dt><dd>${String(review.rating)} of 5${review.isVerified && ', verified purchase'}</dd></div>
  <div><dt>Rules</dt><dd>${orDash(review.reasons.map(({ rule, points }) => `${rule} (${points})`).join(', '))}</dd></div>
  <div><dt>Text</dt><dd class="text">${orDash(review.body)}</dd></div>
</dl>
<h2>Decision</h2>
<div class="commands">${claimForm(review, { csrfInput, isMine })}${decisionForm(review, csrfInput)}</div>
<h2>History</h2>${historyTable(review)}`,
    };
  },
  submit: (opsRequest) => submitDecision(deps, opsRequest),
});

function claimForm({ id, state }: Review, { csrfInput, isMine }: { csrfInput: Html; isMine: boolean }): Html | false {
  const [action, title] = isMine ? ['release', 'Release'] : ['claim', 'Claim for 15 minutes'];
  return (
    state === 'held' &&
    html`<form method="post" action="/ops/reviews/${id}">${csrfInput}<input type="hidden" name="action" value="${action}"><button class="quiet">${title}</button></form>`
  );
}

const decisionForm = ({ id }: Review, csrfInput: Html): Html => html`<form method="post" action="/ops/reviews/${id}">
  ${csrfInput}<input type="hidden" name="key" value="${randomUUID()}">
  <label>Reason<input name="reason" maxlength="500" required aria-describedby="reason-hint"></label>
  <p class="hint" id="reason-hint">Stays in the history. It must not contain personal data.</p>
  <button name="action" value="approve">Approve</button> <button name="action" value="reject">Reject</button>
</form>`;

const historyTable = ({ history }: Review): Html =>
  table(
    'History',
    [
      { title: 'At', cell: ({ at }) => time(at) },
      { title: 'Event', cell: ({ event }) => code(event) },
      { title: 'State', cell: ({ to }) => code(to) },
      { title: 'By', cell: ({ actor }) => actor },
      { title: 'Reason', cell: ({ reason }) => orDash(reason) },
      ...traceColumn(history),
    ],
    history.toReversed(),
  );

async function submitDecision(deps: OpsDeps, opsRequest: OpsRequest) {
  const { params, body } = opsRequest;
  const { action = '', reason, key = '' } = body;
  const isClaim = action === 'claim' || action === 'release';
  await callApi(deps, opsRequest, {
    method: 'post',
    path: `/reviews/{id}/${isClaim ? action : 'decide'}`,
    params,
    ...(!isClaim && { body: { decision: action, reason }, headers: { 'idempotency-key': key } }),
  });
  return { to: `/ops/reviews/${encodeURIComponent(params.id ?? '')}` };
}
