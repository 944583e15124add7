import { hash, verify } from '@node-rs/argon2';

/** argon2id with 19 MiB, two passes, one lane (the first choice of the OWASP Password Storage Cheat Sheet). */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFKC'), COST);

/** A dummy hash: checking a password of an unknown account must take as long as one of a known account. */
const dummyHash = hashPassword('a password that nobody has');

/** Whether the password matches the hash. Returns false for null, after the same time. */
export async function isPasswordOf(stored: string | null, password: string): Promise<boolean> {
  const isRight = await verify(stored ?? (await dummyHash), password.normalize('NFKC'));
  return isRight && stored !== null;
}
