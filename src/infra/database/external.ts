import { AsyncLocalStorage } from 'node:async_hooks';
import { failpoint } from '../failpoint.ts';

const open = new AsyncLocalStorage<boolean>();

/** Runs `work` marked as inside a database transaction, so that `external` can refuse to run there. */
export const insideTransaction = <T>(work: () => Promise<T>): Promise<T> => open.run(true, work);

/**
 * Runs a call to another company's system. A row lock must never wait for somebody else's network.
 * @throws Error when a transaction of ours is open.
 */
export async function external<T>(name: string, call: () => Promise<T>): Promise<T> {
  if (open.getStore()) throw new Error(`external call ${name} inside a database transaction`);
  failpoint(`${name}.before-call`);
  const result = await call();
  failpoint(`${name}.after-call`);
  return result;
}
