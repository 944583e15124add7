import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Role } from '../access/role.ts';
import { hashToken } from '../access/session.ts';
import type { Account } from './account.ts';
import type { Vault } from './privacy/vault.ts';

const ISSUER = 'VCEcom';
const RECOVERY_CODES = 10;
/** Excludes letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Clocks may differ by one step of 30 seconds. */
const WINDOW = 1;
const STEP_MS = 30_000;

export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

/** The otpauth URI for the QR code of an authenticator app. */
export const totpUri = (secret: string, email: string): string =>
  new TOTP({ issuer: ISSUER, label: email, secret }).toString();

/** The 30-second step of a code: the previous, the current or the next one; null for any other code. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  const delta = new TOTP({ secret }).validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? null : Math.floor(now.getTime() / STEP_MS) + delta;
}

/** The current code of an account; it works once. */
export interface MfaCode {
  /** Locked. */
  account: Account;
  code: string;
}

/**
 * Activates the TOTP secret of an account with its first code: each later session needs a code.
 * @returns the recovery codes. @throws MFA_ALREADY_SET_UP, MFA_NOT_SET_UP, MFA_CODE_WRONG
 */
export async function activateMfa(
  tx: Tx,
  vault: Vault,
  { account, code, sessionId }: MfaCode & { sessionId: string },
): Promise<string[]> {
  if (account.hasMfa) throw refused('MFA_ALREADY_SET_UP');
  if (!(await spendTotpCode(tx, holderOf(vault, account), code))) throw refused('MFA_CODE_WRONG');
  account.confirmTotp(tx.now);
  await markMfaVerified(tx, account, sessionId);
  return replaceRecoveryCodes(tx, account.id);
}

/** Uses up a TOTP or recovery code of an account. @throws MFA_NOT_SET_UP, MFA_CODE_WRONG */
export async function requireCode(tx: Tx, vault: Vault, { account, code }: MfaCode): Promise<void> {
  if (!account.hasMfa) throw refused('MFA_NOT_SET_UP');
  if (!(await spendCode(tx, holderOf(vault, account), code))) throw refused('MFA_CODE_WRONG');
}

/** An account with its TOTP secret in clear text. */
interface Holder {
  accountId: string;
  secret: string;
}

function holderOf(vault: Vault, account: Account): Holder {
  const secret = account.totp(vault);
  if (secret === null) throw refused('MFA_NOT_SET_UP');
  return { accountId: account.id, secret };
}

/** Uses up a TOTP or recovery code; each works once. @returns false if the code is invalid. */
async function spendCode(tx: Tx, holder: Holder, code: string): Promise<boolean> {
  const given = normaliseCode(code);
  if (/^\d{6}$/.test(given)) return spendTotpCode(tx, holder, given);
  const spent = await tx.query(
    `update recovery_codes set used_at = now() where account_id = $1 and hash = $2 and used_at is null returning 1`,
    [holder.accountId, hashToken(given)],
  );
  return spent.length === 1;
}

/**
 * Uses up a TOTP code: codes of its step and of earlier steps become invalid.
 * @returns false if the code is invalid.
 */
async function spendTotpCode(tx: Tx, { accountId, secret }: Holder, code: string): Promise<boolean> {
  const step = stepOf(secret, normaliseCode(code), tx.now);
  if (step === null) return false;
  const spent = await tx.query(
    `update accounts set totp_last_step = $2 where id = $1 and totp_last_step < $2 returning 1`,
    [accountId, step],
  );
  return spent.length === 1;
}

/** Removes spaces and hyphens that people type, and converts to lower case. */
const normaliseCode = (code: string): string => code.replace(/[\s-]/g, '').toLowerCase();

/**
 * Replaces the recovery codes of an account. Only hashes are stored, of more than 50 random bits.
 * @returns the new codes.
 */
export async function replaceRecoveryCodes(tx: Tx, accountId: string): Promise<string[]> {
  await tx.query(`delete from recovery_codes where account_id = $1`, [accountId]);
  const codes = Array.from({ length: RECOVERY_CODES }, () => randomText(12));
  for (const code of codes) tx.append('recovery_codes', { account_id: accountId, hash: hashToken(code) });
  return codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-'));
}

const randomText = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/**
 * Removes the second factor at the request of the account's owner. Its sessions lose their MFA status, so that each must
 * verify the next second factor. @throws MFA_REQUIRED if the role requires it; MFA_NOT_SET_UP
 */
export async function removeOwnMfa(tx: Tx, account: Account): Promise<void> {
  const [role] = await tx.find(Role, { id: account.roleId ?? null });
  if (role?.requiresMfa) throw refused('MFA_REQUIRED', { role: role.name });
  await removeMfa(tx, account);
  await tx.query(`update sessions set mfa_at = null where account_id = $1 and mfa_at is not null`, [account.id]);
}

/** Removes the TOTP secret and the recovery codes of a locked account. @throws MFA_NOT_SET_UP */
export async function removeMfa(tx: Tx, account: Account): Promise<void> {
  if (!account.hasMfa) throw refused('MFA_NOT_SET_UP');
  account.removeTotp(tx.now);
  await tx.query(`delete from recovery_codes where account_id = $1`, [account.id]);
}

/** Marks a session of a locked account as verified by MFA, which gives it the permissions of the account. */
export async function markMfaVerified(tx: Tx, account: Account, sessionId: string): Promise<void> {
  account.updatedAt = tx.now;
  await tx.query(`update sessions set mfa_at = now() where id = $1 and revoked_at is null`, [sessionId]);
}
