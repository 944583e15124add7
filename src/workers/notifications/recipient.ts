import { type AccountKind, type AccountStatus, place } from '../../entities/account/account.ts';
import { accountToken } from '../../entities/account/account-token.ts';
import { formerEmailPlace } from '../../entities/account/email-change.ts';
import { opened } from '../../entities/account/privacy/vault.ts';
import type { EmailTemplate } from '../../jobs/mail.ts';
import type { WorkerDeps } from '../deps.ts';

/** What a mail is about: a command, and its payload. */
export interface EmailRequest {
  commandId: string;
  letter: EmailTemplate;
  accountId: string;
  tokenId?: string | undefined;
}

/** Whom a mail goes to, in clear. */
export interface Recipient {
  kind: AccountKind;
  email: string;
  name: string;
  /** Whether the owner proved the address of the account. */
  isVerified: boolean;
  /** What the person is sent, where the letter has one. */
  token: { text: string; expiresAt: Date } | undefined;
}

interface Row {
  kind: AccountKind;
  status: AccountStatus;
  email: string | null;
  name: string | null;
  /** Where the letter goes that tells of a change of address. */
  formerEmail: string | null;
  isVerified: boolean;
  tokenExpiresAt: Date | null;
  isLate: boolean;
}

/** Letters that are sent without a token, too. */
const ONLY_TELLS: readonly EmailTemplate[] = ['password-changed', 'webhook-disabled'];
/** Letters that a blocked account gets, too: their owner has to hear of these changes. */
const EVEN_BLOCKED: readonly EmailTemplate[] = ['password-changed', 'email-changed'];

/** Finds out whom a mail goes to, or why nobody is to get it any more. */
export async function findRecipient(deps: WorkerDeps, order: EmailRequest): Promise<Recipient | string> {
  const { vault, secret } = deps;
  const { letter, accountId, tokenId } = order;
  const row = await load(deps, order);
  if (!row) return 'done before';
  const { kind, status, email, name, formerEmail, isVerified, tokenExpiresAt, isLate } = row;
  if (status === 'erased' || email === null || name === null) return 'account is erased';
  if (status === 'blocked' && !EVEN_BLOCKED.includes(letter)) return 'account is blocked';
  if (!ONLY_TELLS.includes(letter) && tokenExpiresAt === null) return 'token is used or over';
  if (isLate) return 'too late';
  return {
    kind,
    email:
      formerEmail === null
        ? opened(vault, email, place('email', accountId))
        : opened(vault, formerEmail, formerEmailPlace(tokenId ?? '')),
    name: opened(vault, name, place('name', accountId)),
    isVerified,
    token: tokenOf(secret, { letter, tokenId, tokenExpiresAt }),
  };
}

/** Nothing when the command is not in the outbox any more: then the mail was sent. */
async function load({ db }: WorkerDeps, order: EmailRequest): Promise<Row | undefined> {
  const { commandId, accountId, tokenId = null, letter } = order;
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
    [commandId, accountId, tokenId, letter],
  );
  return row;
}

function tokenOf(
  secret: string,
  at: { letter: EmailTemplate; tokenId: string | undefined; tokenExpiresAt: Date | null },
): Recipient['token'] {
  const { letter: purpose, tokenId: id, tokenExpiresAt: expiresAt } = at;
  if (purpose === 'password-changed' || purpose === 'webhook-disabled' || id === undefined || expiresAt === null)
    return undefined;
  return { text: accountToken(secret, { id, purpose }), expiresAt };
}
