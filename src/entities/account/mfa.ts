import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { hashToken } from '../access/session.ts';

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

/** An account with its TOTP secret in clear text. */
export interface Holder {
  accountId: string;
  secret: string;
}

/** Uses up a TOTP or recovery code; each works once. @returns false if the code is invalid. */
export async function spendCode(tx: Tx, holder: Holder, code: string): Promise<boolean> {
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
export async function spendTotpCode(tx: Tx, { accountId, secret }: Holder, code: string): Promise<boolean> {
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

/** Deletes the recovery codes of an account and the MFA status of its sessions, so that each must verify MFA again. */
export async function resetMfa(tx: Tx, accountId: string): Promise<void> {
  await tx.query(`update sessions set mfa_at = null where account_id = $1 and mfa_at is not null`, [accountId]);
  await tx.query(`delete from recovery_codes where account_id = $1`, [accountId]);
}

/** Marks a session as verified by MFA, which gives it the permissions of its account. */
export async function markMfaVerified(tx: Tx, sessionId: string): Promise<void> {
  await tx.query(`update sessions set mfa_at = now() where id = $1 and revoked_at is null`, [sessionId]);
}
