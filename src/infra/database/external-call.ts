import { AsyncLocalStorage } from 'node:async_hooks';
import { failpoint } from '../failpoint.ts';
import { inSpan } from '../observability/span.ts';

const transactionScope = new AsyncLocalStorage<boolean>();

/** Marks `work` as inside a database transaction, so that `external` refuses to run there. */
export const insideTransaction = <T>(work: () => Promise<T>): Promise<T> => transactionScope.run(true, work);

/**
 * Runs a call to an external system. A row lock must never wait for an external network.
 * @throws Error when a transaction is open.
 */
export async function external<T>(name: string, call: () => Promise<T>): Promise<T> {
  if (transactionScope.getStore()) throw new Error(`external call ${name} inside a database transaction`);
  failpoint(`${name}.before-call`);
  const result = await inSpan(name, { kind: 'client' }, call);
  failpoint(`${name}.after-call`);
  return result;
}
