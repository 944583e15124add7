import { GRACE, type Invariant } from '../reconciliation/invariant.ts';
import { RECOUNT } from '../review/statistics.ts';

const COUNTS = ['count', 'verified', 'r1', 'r2', 'r3', 'r4', 'r5'];
const rowOf = (alias: string): string => COUNTS.map((name) => `coalesce(${alias}.${name}, 0)`).join(', ');

export const REVIEW_INVARIANTS: readonly Invariant[] = [
  {
    name: 'reviews.statistics-are-their-reviews',
    says: 'The review statistics of a product or variant agree with its published reviews.',
    sql: `select coalesce(s.subject, c.subject) as "subjectId", to_jsonb(s) as stored, to_jsonb(c) as counted
      from review_statistics s full join (${RECOUNT} group by subject, kind) c on c.subject = s.subject
      where (${rowOf('s')}) is distinct from (${rowOf('c')})`,
  },
  {
    name: 'reviews.helpful-are-their-votes',
    says: 'The helpful count of a review equals the number of its votes.',
    sql: `select r.id as "reviewId", r.helpful, v.votes from reviews r
      left join (select review_id, count(*) as votes from review_votes group by review_id) v on v.review_id = r.id
      where r.helpful <> coalesce(v.votes, 0)`,
  },
  {
    name: 'reviews.history-leads-to-the-state',
    says: 'The history of a review has no gaps and ends in the state of the review.',
    sql: `select r.id as "reviewId", r.state, r.steps, h.last_state as "lastState", h.steps as "historySteps"
      from reviews r left join (
        select review_id, count(*) as steps, max(seq) as last_seq, (array_agg(to_state order by seq desc))[1] as last_state
        from review_history group by review_id) h on h.review_id = r.id
      where (h.steps, h.last_seq, h.last_state) is distinct from (r.steps, r.steps, r.state)`,
  },
  {
    name: 'reviews.are-one-per-customer-and-variant',
    says: 'A customer has at most one review per variant, not counting deleted ones.',
    sql: `select r.id as "reviewId", r.customer_id as "customerId", r.variant_id as "variantId", k.review_id as "keptId"
      from reviews r left join review_keys k on k.customer_id = r.customer_id and k.variant_id = r.variant_id
      where r.state <> 'deleted' and k.review_id is distinct from r.id`,
  },
  {
    name: 'reviews.are-judged',
    says: 'No review awaits automatic moderation for longer than 10 minutes.',
    sql: `select id as "reviewId", revision, updated_at as since from reviews
      where state = 'pending' and updated_at < now() - ${GRACE}`,
  },
];
