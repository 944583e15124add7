import { z } from 'zod';
import type { Account } from '../../../entities/account/account.ts';
import { isTokenFor, tokenFor } from '../../../infra/crypto/tokens.ts';
import { newId, uuidv7Time } from '../../../infra/ids.ts';

/** How long a device token is accepted, in days. */
export const DEVICE_DAYS = 180;
const DAY_MS = 86_400_000;
const DEVICE_TOKEN = /^([0-9a-f-]{36})\.([\w-]{43})$/;

export const deviceTokenSchema = z
  .string()
  .max(200)
  .meta({
    description: `Proves that this device signed in to the account before. Store it with the e-mail address and send it with the next sign-in: wrong passwords from other devices then do not lock this device out. Valid for ${DEVICE_DAYS} days, until the password changes, or the e-mail address changes or is verified. Grants no access.`,
  });

/**
 * The account of a device token. The token is bound to the password hash and to the time of the address verification: a
 * new password, or an undone change of the address, invalidates all earlier tokens. So a former intruder cannot use up
 * the guesses of known devices.
 */
export type DeviceOwner = Pick<Account, 'id' | 'passwordHash' | 'emailIndex' | 'emailVerifiedAt'>;

/** Derives the token that a device sends with its next sign-in; the server stores nothing. */
export function issueDeviceToken(secret: string, owner: DeviceOwner): string {
  const id = newId();
  return `${id}.${tokenFor(secret, purposeOf(owner, id))}`;
}

/**
 * @returns the device's id; undefined without an account, or for a token that is absent, forged, expired, or issued for
 *   another account or earlier credentials.
 */
export function deviceOf(secret: string, owner: DeviceOwner | undefined, token = ''): string | undefined {
  const [, id = '', mac = ''] = DEVICE_TOKEN.exec(token) ?? [];
  if (!owner || !isTokenFor(secret, purposeOf(owner, id), mac)) return undefined;
  return Date.now() - uuidv7Time(id).getTime() < DEVICE_DAYS * DAY_MS ? id : undefined;
}

const purposeOf = ({ id, passwordHash, emailIndex, emailVerifiedAt }: DeviceOwner, device: string): string =>
  `device:${JSON.stringify([device, id, passwordHash, emailIndex, emailVerifiedAt?.getTime() ?? null])}`;
