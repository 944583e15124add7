import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

export interface Actor {
  kind: 'staff' | 'key' | 'customer' | 'system';
  id: string | null;
}

export interface AuditEntry {
  actor: Actor;
  /** `noun.verb`, as `staff.block`. */
  action: string;
  target: { type: string; id: string };
  /** What changed, before and after; personal data only as `CONCEALED`. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  requestId: string;
}

/** Stands in the log for a personal value: that it changed may be known for ever, what it was may not. */
export const CONCEALED = '•';

/** Appends to the audit log, in the transaction of the change itself: one is never there without the other. */
export function audit(tx: Tx, { actor, action, target, before, after, requestId }: AuditEntry): void {
  tx.append('audit_log', {
    id: newId(),
    actor_kind: actor.kind,
    actor_id: actor.id,
    action,
    target_type: target.type,
    target_id: target.id,
    before,
    after,
    request_id: requestId,
    at: tx.now,
  });
}
