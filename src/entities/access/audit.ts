import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { recordedTraceId } from '../../infra/observability/span.ts';

export interface Actor {
  kind: 'staff' | 'key' | 'customer' | 'system';
  id: string | null;
}

export interface AuditEntry {
  actor: Actor;
  /** `noun.verb`, as `staff.block`. */
  action: string;
  target: { type: string; id: string };
  /** The changed values before and after. Personal values appear as `CONCEALED`. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  requestId: string;
}

/** Replaces a personal value in the audit log, which is never erased: the log shows only that the value changed. */
export const CONCEALED = '•';

/** Appends to the audit log in the transaction of the change, so that neither exists without the other. */
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
    trace_id: recordedTraceId(),
    at: tx.now,
  });
}
