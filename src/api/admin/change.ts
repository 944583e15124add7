import { type Actor, audit } from '../../entities/access/audit.ts';
import type { StoredAnswer } from '../../entities/outbox/idempotency.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Principal } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import type { Answer, Call } from '../http/route.ts';
import { edit } from '../writes/edit.ts';
import { shown } from '../writes/publish-changes.ts';

export interface Audited {
  answer: StoredAnswer;
  target: { type: string; id: string };
  /** Only what changed; personal data as `CONCEALED`. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

export interface AdminChange {
  /** `noun.verb`, as the audit log has it. */
  action: string;
  /** Whose idempotency keys these are: the id of what is changed, or `new`. */
  scope: string;
  isSecret?: true;
  work(tx: Tx): Promise<Audited>;
}

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'body' | 'headers' | 'principal' | 'raw' | 'requestId'>;

/** The one door of admin changes: the change and its row in the audit log are one transaction. */
export const adminEdit = (deps: ApiDeps, call: AnyCall, { work, ...change }: AdminChange): Promise<Answer> => {
  const { action, scope, isSecret } = change;
  const audited = async (tx: Tx): Promise<StoredAnswer> => {
    const { answer, target, before, after } = await work(tx);
    audit(tx, { actor: actorOf(call.principal), action, target, before, after, requestId: call.requestId });
    return answer;
  };
  const changed = edit(deps, call, {
    name: 'admin.change',
    scope: `${action} ${scope}`,
    work: audited,
    ...(isSecret && { isSecret }),
  });
  return shown(deps, changed);
};

/** Who stands in the log for a caller. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'guest') return { kind: 'system', id: null };
  return { kind: principal.kind, id: principal.kind === 'key' ? principal.keyId : principal.accountId };
}

const answered = (status: number, body: object, headers = {}): StoredAnswer => ({ status, headers, body });

/** 204: the change is all there is to say. */
export const noContent = answered(204, {});
export const created = (body: object): StoredAnswer => answered(201, body);
/** Answers a versioned thing with the ETag that its next change must name. */
export const versioned = <T extends { version: number }>(body: T, status = 200): StoredAnswer =>
  answered(status, body, { ETag: etag(body.version) });

export const etag = (version: number): string => `"${version}"`;
