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
    description: `Proves that this device signed in to the account before. Keep it with the e-mail address, send it with the next sign-in: wrong passwords from elsewhere then do not lock this device out. Works ${DEVICE_DAYS} days, until the password changes, the e-mail address changes or is verified. Grants no access.`,
  });

/**
 * The account of a device. A token is bound to the password (by its hash) and to the instant at which the address was
 * verified: another password, and an undone change of the address, make all earlier tokens of the account worthless. So
 * somebody who once knew the password cannot go on using up the budget of known devices.
 */
export type DeviceOwner = Pick<Account, 'id' | 'passwordHash' | 'emailIndex' | 'emailVerifiedAt'>;

/** Makes the token that a device shows with its next sign-in. It is derived: nothing is stored. */
export function issueDeviceToken(secret: string, owner: DeviceOwner): string {
  const id = newId();
  return `${id}.${tokenFor(secret, purposeOf(owner, id))}`;
}

/**
 * @returns the device's id; undefined when there is no account, or the token is absent, forged, too old, of another
 *   account or of earlier credentials.
 */
export function deviceOf(secret: string, owner: DeviceOwner | undefined, token = ''): string | undefined {
  const [, id = '', mac = ''] = DEVICE_TOKEN.exec(token) ?? [];
  if (!owner || !isTokenFor(secret, purposeOf(owner, id), mac)) return undefined;
  return Date.now() - uuidv7Time(id).getTime() < DEVICE_DAYS * DAY_MS ? id : undefined;
}

const purposeOf = ({ id, passwordHash, emailIndex, emailVerifiedAt }: DeviceOwner, device: string): string =>
  `device:${JSON.stringify([device, id, passwordHash, emailIndex, emailVerifiedAt?.getTime() ?? null])}`;
