import { type Actor, audit } from '../../entities/access/audit.ts';
import type { StoredResponse } from '../../entities/outbox/idempotency.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Principal } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';
import { type EditCall, edit } from '../writes/edit.ts';
import { afterPublish } from '../writes/publish-changes.ts';

export interface AuditedAnswer {
  answer: StoredResponse;
  target: { type: string; id: string };
  /** Changed fields only; personal data as `CONCEALED`. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

export interface AdminChange {
  /** Name of the action in the audit log: `noun.verb`. */
  action: string;
  /** Namespace of the idempotency key: the id of the changed resource, or `new`. */
  scope: string;
  isSecret?: true;
  work(tx: Tx): Promise<AuditedAnswer>;
}

type AnyCall = EditCall & Pick<Call<unknown, unknown, unknown>, 'requestId'>;

/** Runs an admin change and writes its audit log entry in one transaction. Every admin change goes through here. */
export const adminEdit = (deps: ApiDeps, call: AnyCall, { work, ...change }: AdminChange): Promise<Answer> => {
  const { action, scope, isSecret } = change;
  const auditedWork = async (tx: Tx): Promise<StoredResponse> => {
    const { answer, target, before, after } = await work(tx);
    audit(tx, { actor: actorOf(call.principal), action, target, before, after, requestId: call.requestId });
    return answer;
  };
  const changed = edit(deps, call, {
    name: 'admin.change',
    scope: `${action} ${scope}`,
    work: auditedWork,
    ...(isSecret && { isSecret }),
  });
  return afterPublish(deps, changed);
};

/** Returns the actor that the audit log records for a caller. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'guest') return { kind: 'system', id: null };
  return { kind: principal.kind, id: principal.kind === 'key' ? principal.keyId : principal.accountId };
}

const storedAnswer = (status: number, body: object, headers = {}): StoredResponse => ({ status, headers, body });

/** 204 without a body. */
export const noContent = storedAnswer(204, {});
export const created = (body: object): StoredResponse => storedAnswer(201, body);
/** Answers a versioned resource with its ETag; the next change must send this ETag as `If-Match`. */
export const versioned = <T extends { version: number }>(body: T, status = 200): StoredResponse =>
  storedAnswer(status, body, { ETag: etag(body.version) });

export const etag = (version: number): string => `"${version}"`;
