import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { REVIEW_RULES } from '../../../domain/reviews/policy.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import { readPolicy, storePolicy } from '../../../entities/review/policy.ts';
import { beginTrial } from '../../../entities/review/trial.ts';
import type { Query } from '../../../infra/database/query.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { tryReviewPolicy } from '../../../jobs/reviews.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { actorOf, adminEdit, etag, versioned } from '../change.ts';
import { requireVersion } from '../version.ts';
import { reasonSchema } from './review-view.ts';

const PATH = '/api/v1/admin/reviews/policy';
const common = { access: 'staff', tag: 'Reviews', permission: 'reviews:moderate' } as const;

const points = z.int().min(0).max(1_000);
const words = z.array(z.string().trim().min(1).max(60)).max(2_000);
const policySchema = z
  .strictObject({
    points: z.strictObject(
      Object.fromEntries(REVIEW_RULES.map((rule) => [rule, points])) as Record<
        (typeof REVIEW_RULES)[number],
        typeof points
      >,
    ),
    approveBelow: points.min(1).meta({ description: 'A review with a lower score is published at once.' }),
    rejectFrom: points.min(1).meta({
      description: 'A review with this score or a higher one is rejected; a score in between needs a moderator.',
    }),
    reportsToHold: z
      .int()
      .min(1)
      .max(1_000)
      .meta({ description: 'Customer reports that hide a published review until a moderator decides.' }),
    shouting: z
      .strictObject({ letters: z.int().min(1).max(5_000), percent: z.int().min(1).max(100) })
      .meta({ description: 'A text of at least `letters` letters is shouting when `percent` percent are capitals.' }),
    repetition: z
      .strictObject({
        signs: z.int().min(3).max(100),
        words: z.int().min(2).max(100),
        phrases: z.int().min(2).max(100),
      })
      .meta({ description: 'Repetitions in a row that count: of a character, a word or a phrase.' }),
    blockedWords: words.meta({ description: 'Unwanted words besides those of the dictionary.' }),
    allowedWords: words.meta({ description: 'Words that the dictionary blocks and this shop allows.' }),
    allowedDomains: z
      .array(
        z
          .string()
          .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
          .max(253),
      )
      .max(500)
      .meta({ description: 'Domains that a review may link to, e.g. `example.com`.' }),
    praise: words.meta({ description: 'Words that mark a text as positive.' }),
    blame: words.meta({ description: 'Words that mark a text as negative.' }),
  })
  .refine(({ approveBelow, rejectFrom }) => approveBelow <= rejectFrom, {
    path: ['rejectFrom'],
    message: 'must not be less than approveBelow',
  })
  .meta({ id: 'ReviewPolicy' });
const storedSchema = z.object({ policy: policySchema, version: z.int() });

const trialSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(['running', 'done']),
    since: z.iso.datetime().meta({ description: 'The trial covers reviews since this instant.' }),
    lookedAt: z.int().meta({ description: 'Reviews checked so far.' }),
    changes: z
      .record(z.string(), z.int())
      .meta({ description: 'Reviews whose decision would change, by change, e.g. `approve -> hold`.' }),
    examples: z.array(
      z.object({
        reviewId: z.uuid(),
        from: z.string(),
        to: z.string(),
        score: z.int(),
        reasons: z.array(reasonSchema),
      }),
    ),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ReviewTrial' });

/** The moderation policy, and trials of another policy on past reviews. */
export const policyRoutes = (deps: ApiDeps): AnyRoute[] => [
  read(deps),
  change(deps),
  startTrial(deps),
  readTrialRoute(deps),
];

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'Retrieve the review policy',
    answers: { 200: { description: 'The policy', schema: storedSchema } },
    async handle() {
      const stored = await readPolicy(db.query);
      return { status: 200, headers: { ETag: etag(stored.version) }, body: stored };
    },
  });

const change = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'put',
    path: PATH,
    versioned: true,
    summary: 'Replace the review policy',
    body: policySchema,
    answers: { 200: { description: 'The policy', schema: storedSchema } },
    errors: ['CONCURRENT_UPDATE'],
    handle(call) {
      const { kind, id } = actorOf(call.principal);
      const work = async (tx: Tx) => {
        const { policy: before, version } = await readPolicy(tx.query);
        requireVersion(call, version);
        const policy = call.body;
        if (!(await storePolicy(tx.query, { policy, version, by: `${kind}:${id}` })))
          throw refused('CONCURRENT_UPDATE');
        const answer = versioned({ policy, version: version + 1 });
        return {
          answer,
          target: { type: 'review-policy', id: String(version + 1) },
          before: { ...before },
          after: { ...policy },
        };
      };
      return adminEdit(deps, call, { action: 'review.policy', scope: 'policy', work });
    },
  });

const startTrial = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/trials`,
    summary: 'Start a trial of a review policy on past reviews',
    description: 'The trial counts the decisions that would change. It changes no review.',
    body: z.strictObject({ policy: policySchema, since: z.iso.datetime() }),
    answers: { 202: { description: 'The trial has started', schema: trialSchema } },
    idempotent: true,
    handle(call) {
      const { kind, id: by } = actorOf(call.principal);
      const { policy, since } = call.body;
      const work = async (tx: Tx) => {
        const id = await beginTrial(tx, { policy, since: new Date(since), by: `${kind}:${by}` });
        enqueue(tx, deps.queues, { contract: tryReviewPolicy, payload: { trialId: id } });
        const answer = {
          status: 202,
          headers: { Location: `${PATH}/trials/${id}` },
          body: await readTrial(tx.query, id),
        };
        return { answer, target: { type: 'review-trial', id }, before: null, after: { since } };
      };
      return adminEdit(deps, call, { action: 'review.try', scope: 'new', work });
    },
  });

const readTrialRoute = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/trials/{id}`,
    summary: 'Retrieve a trial of a review policy',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The trial', schema: trialSchema } },
    errors: ['REVIEW_TRIAL_NOT_FOUND'],
    handle: async ({ params: { id } }) => ({ status: 200, body: await readTrial(db.query, id) }),
  });

async function readTrial(query: Query, id: string): Promise<object> {
  const [trial] = await query(
    `select id, state, since, looked_at as "lookedAt", changes, examples, created_at as "createdAt", finished_at as "finishedAt"
      from review_trials where id = $1`,
    [id],
  );
  if (!trial) throw refused('REVIEW_TRIAL_NOT_FOUND', { trialId: id });
  return trial;
}
