import { isResetSuspended } from '../../entities/account/email-change.ts';
import { issueResetToken, takeResetRequest } from '../../entities/account/password-reset.ts';
import { acknowledge, enqueue } from '../../entities/outbox/outbox.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import { done, handler, noop } from '../../infra/queue/handler.ts';
import { sendAccountEmail, startPasswordReset } from '../../jobs/mail.ts';
import type { WorkerDeps } from '../deps.ts';

/** Enqueues a reset e-mail if the request names an account that may reset its password. */
export const passwordResetHandlers = ({ db, queues }: Pick<WorkerDeps, 'db' | 'queues'>) => [
  handler(startPasswordReset, ({ requestId }, { commandId }) =>
    unitOfWork(db, startPasswordReset.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      const account = await takeResetRequest(tx, requestId);
      if (!account || (await isResetSuspended(tx, account.id))) return noop('no mail is due');
      const tokenId = await issueResetToken(tx, account);
      if (!tokenId) return noop('no mail is due');
      const payload = { letter: 'reset-password' as const, accountId: account.id, tokenId };
      enqueue(tx, queues, { contract: sendAccountEmail, payload });
      return done;
    }),
  ),
];
