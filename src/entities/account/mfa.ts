import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { hashToken } from '../access/session.ts';

const ISSUER = 'VCEcom';
const RECOVERY_CODES = 10;
/** Without letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Clocks may differ by one step of 30 seconds. */
const WINDOW = 1;
const STEP_MS = 30_000;

export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

/** What an authenticator app reads from the QR code. */
export const totpUri = (secret: string, email: string): string =>
  new TOTP({ issuer: ISSUER, label: email, secret }).toString();

/** The step of 30 seconds for which a code was made, or null when it is none of the last, this and the next. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  const delta = new TOTP({ secret }).validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? null : Math.floor(now.getTime() / STEP_MS) + delta;
}

/** Whose second factor it is, with the TOTP secret in clear. */
export interface Holder {
  accountId: string;
  secret: string;
}

/** Uses a code up, of the app or for recovery: neither works twice. @returns false when the code does not work. */
export async function spendCode(tx: Tx, holder: Holder, code: string): Promise<boolean> {
  const given = plain(code);
  if (/^\d{6}$/.test(given)) return spendTotpCode(tx, holder, given);
  const spent = await tx.query(
    `update recovery_codes set used_at = now() where account_id = $1 and hash = $2 and used_at is null returning 1`,
    [holder.accountId, hashToken(given)],
  );
  return spent.length === 1;
}

/** Uses a code of the app up: its step, and those before it, are over. @returns false when the code does not work. */
export async function spendTotpCode(tx: Tx, { accountId, secret }: Holder, code: string): Promise<boolean> {
  const step = stepOf(secret, plain(code), tx.now);
  if (step === null) return false;
  const spent = await tx.query(
    `update accounts set totp_last_step = $2 where id = $1 and totp_last_step < $2 returning 1`,
    [accountId, step],
  );
  return spent.length === 1;
}

/** As it was before people wrote it down, in groups or in capitals. */
const plain = (code: string): string => code.replace(/[\s-]/g, '').toLowerCase();

/** Replaces the recovery codes of an account. @returns the new ones, told once: what is kept are hashes of 50 random bits and more. */
export async function replaceRecoveryCodes(tx: Tx, accountId: string): Promise<string[]> {
  await tx.query(`delete from recovery_codes where account_id = $1`, [accountId]);
  const codes = Array.from({ length: RECOVERY_CODES }, () => randomText(12));
  for (const code of codes) tx.append('recovery_codes', { account_id: accountId, hash: hashToken(code) });
  return codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-'));
}

const randomText = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** Removes what belongs to a second factor beside the account's own row: a later one has to be given by every session anew. */
export async function forgetMfa(tx: Tx, accountId: string): Promise<void> {
  await tx.query(`update sessions set mfa_at = null where account_id = $1 and mfa_at is not null`, [accountId]);
  await tx.query(`delete from recovery_codes where account_id = $1`, [accountId]);
}

/** From here on the session may do what its account may. */
export async function raiseSession(tx: Tx, sessionId: string): Promise<void> {
  await tx.query(`update sessions set mfa_at = now() where id = $1 and revoked_at is null`, [sessionId]);
}
