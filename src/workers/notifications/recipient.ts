import { type AccountKind, type AccountStatus, place } from '../../entities/account/account.ts';
import { accountToken } from '../../entities/account/account-token.ts';
import { formerEmailPlace } from '../../entities/account/email-change.ts';
import { openColumn } from '../../entities/account/privacy/vault.ts';
import type { EmailTemplate } from '../../jobs/mail.ts';
import type { WorkerDeps } from '../deps.ts';

/** The command and payload of an account e-mail. */
export interface EmailRequest {
  commandId: string;
  template: EmailTemplate;
  accountId: string;
  tokenId?: string | undefined;
}

/** The recipient of an e-mail, decrypted. */
export interface Recipient {
  kind: AccountKind;
  email: string;
  name: string;
  /** Whether the account's address is verified. */
  isVerified: boolean;
  /** The token in the e-mail, if its template has one. */
  token: { text: string; expiresAt: Date } | undefined;
}

interface Row {
  kind: AccountKind;
  status: AccountStatus;
  email: string | null;
  name: string | null;
  /** The former address, which gets the e-mail about an address change. */
  formerEmail: string | null;
  isVerified: boolean;
  tokenExpiresAt: Date | null;
  isLate: boolean;
}

/** Templates without a token. */
const WITHOUT_TOKEN: readonly EmailTemplate[] = ['password-changed', 'webhook-disabled'];
/** Templates that blocked accounts get as well: the owner must learn of these changes. */
const SENT_TO_BLOCKED: readonly EmailTemplate[] = ['password-changed', 'email-changed'];

/** Finds the recipient of an e-mail. @returns the reason instead when the e-mail must not be sent any more */
export async function findRecipient(deps: WorkerDeps, request: EmailRequest): Promise<Recipient | string> {
  const { vault, secret } = deps;
  const { template, accountId, tokenId } = request;
  const row = await load(deps, request);
  if (!row) return 'done before';
  const { kind, status, email, name, formerEmail, isVerified, tokenExpiresAt, isLate } = row;
  if (status === 'erased' || email === null || name === null) return 'account is erased';
  if (status === 'blocked' && !SENT_TO_BLOCKED.includes(template)) return 'account is blocked';
  if (!WITHOUT_TOKEN.includes(template) && tokenExpiresAt === null) return 'token is used or over';
  if (isLate) return 'too late';
  return {
    kind,
    email:
      formerEmail === null
        ? openColumn(vault, email, place('email', accountId))
        : openColumn(vault, formerEmail, formerEmailPlace(tokenId ?? '')),
    name: openColumn(vault, name, place('name', accountId)),
    isVerified,
    token: tokenOf(secret, { template, tokenId, tokenExpiresAt }),
  };
}

/** @returns undefined when the command is no longer in the outbox: then the e-mail was sent */
async function load({ db }: WorkerDeps, request: EmailRequest): Promise<Row | undefined> {
  const { commandId, accountId, tokenId = null, template } = request;
  const [row] = await db.query<Row>(
    `select a.kind, a.status, a.email, a.name, c.former_email as "formerEmail",
        a.email_verified_at is not null as "isVerified",
        coalesce(t.expires_at, c.expires_at) as "tokenExpiresAt",
        o.created_at < now() - interval '3 days' as "isLate"
      from outbox o join accounts a on a.id = $2
      left join account_tokens t on t.id = $3 and t.account_id = a.id and t.purpose = $4
        and t.used_at is null and t.expires_at > now()
      left join email_changes c on c.id = $3 and c.account_id = a.id and $4 = 'email-changed'
        and c.is_undoable and c.undone_at is null and c.expires_at > now()
      where o.id = $1`,
    [commandId, accountId, tokenId, template],
  );
  return row;
}

function tokenOf(
  secret: string,
  at: { template: EmailTemplate; tokenId: string | undefined; tokenExpiresAt: Date | null },
): Recipient['token'] {
  const { template: purpose, tokenId: id, tokenExpiresAt: expiresAt } = at;
  if (purpose === 'password-changed' || purpose === 'webhook-disabled' || id === undefined || expiresAt === null)
    return undefined;
  return { text: accountToken(secret, { id, purpose }), expiresAt };
}
