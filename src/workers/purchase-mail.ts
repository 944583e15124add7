import { loadPurchase, type PurchaseLetter } from '../entities/orders/letter.ts';
import { enqueue } from '../entities/outbox.ts';
import type { Tx } from '../infra/unit-of-work.ts';
import { tellCustomer } from '../jobs/mail.ts';
import type { Mail } from '../ports/mail/port.ts';
import type { WorkerDeps } from './deps.ts';
import { presentable } from './letter-text.ts';
import { writePurchaseLetter } from './purchase-letters.ts';

/** Has a letter written when the transaction commits: one for its cause, whatever becomes of this process. */
export const tell = (
  { queues }: Pick<WorkerDeps, 'queues'>,
  tx: Tx,
  payload: { letter: PurchaseLetter; id: string },
): void => enqueue(tx, queues, { contract: tellCustomer, payload });

/** A letter after so many days only puzzles its reader. */
const TOO_LATE = `created_at < now() - interval '3 days'`;

/** The mail of a command, or why nobody is to get it any more. */
export async function purchaseMail(
  { db, vault, storeUrl }: WorkerDeps,
  { letter, id, commandId }: { letter: PurchaseLetter; id: string; commandId: string },
): Promise<Mail | string> {
  const [command] = await db.query<{ isLate: boolean }>(`select ${TOO_LATE} as "isLate" from outbox where id = $1`, [
    commandId,
  ]);
  if (!command) return 'done before';
  if (command.isLate) return 'too late';
  const purchase = await loadPurchase({ query: db.query, vault }, { letter, id });
  if (!purchase) return 'customer is erased';
  const to = { name: presentable(purchase.name), address: purchase.email };
  const messageId = `<${commandId}@${new URL(storeUrl).hostname}>`;
  return { letter, to, ...writePurchaseLetter(letter, purchase, storeUrl), messageId };
}
