import type { Judged } from '../../domain/reviews/moderate.ts';
import { DEFAULT_POLICY, type ReviewPolicy } from '../../domain/reviews/policy.ts';
import type { Query } from '../../infra/database/query.ts';

export interface StoredPolicy {
  policy: ReviewPolicy;
  /** 0 until the first change. */
  version: number;
}

/** Reads the current moderation policy. Settings that an earlier release did not store have their defaults. */
export async function readPolicy(query: Query): Promise<StoredPolicy> {
  const [row] = await query<StoredPolicy>(
    `select policy, version from review_policies order by version desc limit 1`,
    [],
  );
  return { policy: { ...DEFAULT_POLICY, ...row?.policy }, version: row?.version ?? 0 };
}

/**
 * Stores a policy as the successor of `version`: a new row, so that no policy ever changes.
 * @returns false if `version` is not the current one
 */
export async function storePolicy(
  query: Query,
  { policy, version, by }: StoredPolicy & { by: string },
): Promise<boolean> {
  const stored = await query(
    `insert into review_policies (version, policy, changed_by, changed_at)
      select $1::int + 1, $2::jsonb, $3, now() where $1 = (select coalesce(max(version), 0) from review_policies)
      on conflict do nothing returning 1`,
    [version, JSON.stringify(policy), by],
  );
  return stored.length > 0;
}

/** SQL: whether an older review by another customer, or of another product, has the same text. */
export const IS_COPIED = (
  r: string,
): string => `exists (select 1 from reviews o where o.gist = ${r}.gist and o.id < ${r}.id
  and (o.customer_id <> ${r}.customer_id or o.product_id <> ${r}.product_id))`;

/** Reads a pending review if it still has this revision. */
export async function readPending(
  query: Query,
  { reviewId, revision }: { reviewId: string; revision: number },
): Promise<Judged | undefined> {
  const [found] = await query<Judged>(
    `select r.rating, r.title, r.body, ${IS_COPIED('r')} as "isCopied" from reviews r
      where r.id = $1 and r.revision = $2 and r.state = 'pending'`,
    [reviewId, revision],
  );
  return found;
}
