import { z } from 'zod';
import { newId, uuidv7Time } from '../../infra/ids.ts';
import { isTokenFor, tokenFor } from '../../infra/tokens.ts';

/** How long a device token is accepted, in days. */
export const DEVICE_DAYS = 180;
const DAY_MS = 86_400_000;
const DEVICE_TOKEN = /^([0-9a-f-]{36})\.([\w-]{43})$/;

export const deviceTokenSchema = z
  .string()
  .max(200)
  .meta({
    description: `Proves that this device signed in to the account before. Keep it with the e-mail address, send it with the next sign-in: wrong passwords from elsewhere then do not lock this device out. Works ${DEVICE_DAYS} days and grants no access.`,
  });

/** Whose device it is: accounts of customers and of staff are told apart, also with the same e-mail address. */
export interface DeviceOwner {
  kind: 'customer' | 'staff';
  emailIndex: string;
}

/** Makes the token that a device shows with its next sign-in. It is derived: nothing is stored. */
export function issueDeviceToken(secret: string, owner: DeviceOwner): string {
  const id = newId();
  return `${id}.${tokenFor(secret, purposeOf(owner, id))}`;
}

/** @returns the device's id; undefined when the token is absent, forged, too old, or belongs to another account. */
export function deviceOf(secret: string, owner: DeviceOwner, token = ''): string | undefined {
  const [, id = '', mac = ''] = DEVICE_TOKEN.exec(token) ?? [];
  if (!isTokenFor(secret, purposeOf(owner, id), mac)) return undefined;
  return Date.now() - uuidv7Time(id).getTime() < DEVICE_DAYS * DAY_MS ? id : undefined;
}

const purposeOf = ({ kind, emailIndex }: DeviceOwner, id: string): string => `device:${kind}:${emailIndex}:${id}`;
