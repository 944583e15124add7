import { hash, verify } from '@node-rs/argon2';

/** argon2id with 19 MiB, two passes, one lane (the first choice of the OWASP Password Storage Cheat Sheet). */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFKC'), COST);

/** Somebody's hash, so that checking a password against nobody takes as long as against somebody. */
const nobody = hashPassword('a password that nobody has');

/** Whether the password belongs to the hash; against null it never does, and takes as long to find out. */
export async function isPasswordOf(stored: string | null, password: string): Promise<boolean> {
  const isRight = await verify(stored ?? (await nobody), password.normalize('NFKC'));
  return isRight && stored !== null;
}
