import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Account, type NewAccount } from '../../src/entities/account/account.ts';
import { issueToken, redeemToken, type TokenPurpose } from '../../src/entities/account/account-token.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { enqueue } from '../../src/entities/outbox/outbox.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { type Command, openQueues, type Queues } from '../../src/infra/queue/queue.ts';
import { startWorker } from '../../src/infra/queue/worker.ts';
import type { RedisClient } from '../../src/infra/redis/connections.ts';
import { openRedis } from '../../src/infra/redis/redis.ts';
import { type EmailTemplate, sendAccountEmail } from '../../src/jobs/mail.ts';
import { folderMailer } from '../../src/ports/mail/folder.ts';
import { type Mail, MailError, type Mailer } from '../../src/ports/mail/port.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { emailHandlers } from '../../src/workers/notifications/email.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { recordFacts } from '../support/facts.ts';
import { mailsIn, tokenIn } from '../support/mails.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'a secret that is only for these tests';
const DATA_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const PERSONAL = /asha|rao|example\.com/i;

describe('the worker that sends mails', () => {
  const vault = openVault({ dataKeys: DATA_KEYS, secret: SECRET });
  let database: FreshDatabase;
  let producer: RedisClient;
  let consumer: RedisClient;
  let queues: Queues;
  let stopWorker: () => Promise<unknown>;
  let folder: string;
  let serial = 0;
  /** What the mailer does before it really sends, once each. */
  let accidents: ((send: () => Promise<void>) => Promise<void>)[];

  before(async () => {
    database = await freshDatabase();
    // A queue of its own, among all that use this server.
    const url = new URL('/9', process.env.TEST_REDIS_URL).href;
    [producer, consumer] = [openRedis(url, 'produce'), openRedis(url, 'consume')];
    await waitFor('Redis', () => producer.status === 'ready');
    queues = openQueues([sendAccountEmail], producer);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-mail-'));
    accidents = [];
    const toFolder = folderMailer({ folder, from: 'shop@example.com' });
    const send = (mail: Mail) => toFolder.send(mail);
    const mailer: Mailer = { send: (mail) => (accidents.shift() ?? ((go) => go()))(() => send(mail)) };
    const deps = {
      db: database.db,
      vault,
      secret: SECRET,
      mailer,
      storeUrl: 'https://shop.test',
      opsUrl: 'https://ops.test',
      mailsPerDay: 2,
    } as WorkerDeps;
    const options = { queue: 'mail', connection: consumer, concurrency: 4, whenUnavailable: () => null };
    const { worker } = startWorker(emailHandlers(deps), options);
    stopWorker = () => worker.close();
  });
  afterEach(async () => {
    await stopWorker();
    await rm(folder, { recursive: true });
  });
  after(async () => {
    await queues.close();
    producer.disconnect();
    consumer.disconnect();
    await database.close();
  });

  const query = <R extends object>(sql: string, params: unknown[] = []) => database.db.query<R>(sql, params);

  const openAccount = (from: Partial<NewAccount> = {}): Promise<Account> =>
    unitOfWork(database.db, 'test', async (tx) => {
      const person = { email: `asha${++serial}@example.com`, name: 'Asha Rao', phone: null };
      return Account.open(tx, vault, { kind: 'customer', passwordHash: null, ...person, ...from });
    });

  /** Orders a mail with a new token, where the letter has one. */
  const order = (letter: EmailTemplate, { id: accountId }: Account): Promise<string | undefined> =>
    unitOfWork(database.db, 'test', async (tx) => {
      const purpose = letter as TokenPurpose;
      const tokenId = letter === 'password-changed' ? undefined : await issueToken(tx, { accountId, purpose });
      enqueue(tx, queues, { contract: sendAccountEmail, payload: { letter, accountId, ...(tokenId && { tokenId }) } });
      return tokenId;
    });

  /** Orders a mail that no worker takes before `meanwhile` is over; answers its command. */
  async function orderSlowly(
    letter: EmailTemplate,
    account: Account,
    meanwhile: (command: Command) => Promise<unknown>,
  ) {
    const [queue] = queues.all;
    await queue?.pause();
    await order(letter, account);
    const [command] = await query<Command>('select id, queue, name, payload, trace from outbox');
    if (!command) throw new Error('the order is not in the outbox');
    await meanwhile(command);
    await queue?.resume();
    return command;
  }

  const everythingDone = () =>
    waitFor('the outbox is empty and the queue idle', async () => {
      const [row] = await query<{ count: number }>('select count(*)::int as count from outbox');
      const waiting = await queues.all[0]?.getJobCountByTypes('active', 'waiting', 'delayed');
      return row?.count === 0 && waiting === 0;
    });

  const redeem = (token: string, purpose: TokenPurpose) =>
    unitOfWork(database.db, 'test', (tx) => redeemToken(tx, SECRET, { token, purposes: [purpose] }));

  it('sends the token of an order, which then works once', async () => {
    const account = await openAccount();
    await order('reset-password', account);
    await everythingDone();
    const [mail, ...others] = await mailsIn(folder);
    if (!mail) throw new Error('there is no mail');
    expect(others).to.deep.equal([]);
    expect(mail.headers.to).to.equal(`Asha Rao <${account.person(vault).email}>`);
    expect(mail.text).to.include(`https://shop.test/account/reset-password?token=${tokenIn(mail)}\n`);
    expect(await redeem(tokenIn(mail), 'verify-email')).to.equal(undefined);
    expect(await redeem(tokenIn(mail), 'reset-password')).to.equal(account.id);
    expect(await redeem(tokenIn(mail), 'reset-password')).to.equal(undefined);
  });

  it('sends once what is delivered again after it was done', async () => {
    const command = await orderSlowly('reset-password', await openAccount(), async () => undefined);
    await everythingDone();
    const [queue] = queues.all;
    await (await queue?.getJob(command.id))?.remove();
    await queues.deliver([{ ...command, isRedelivered: true }]);
    const job = await waitFor('the second delivery', async () => {
      const again = await queue?.getJob(command.id);
      return again?.finishedOn !== undefined && again;
    });
    expect(JSON.parse(job.returnvalue)).to.deep.equal({ kind: 'noop', why: 'done before' });
    expect(await mailsIn(folder)).to.have.length(1);
  });

  it('tells nobody who it is about: not the outbox, not the queue, not the log', async () => {
    const facts = recordFacts();
    const stored: string[] = [];
    const command = await orderSlowly('verify-email', await openAccount(), async ({ id }) => {
      stored.push(JSON.stringify(await query('select * from outbox where id = $1', [id])));
    });
    await everythingDone().finally(facts.stop);
    const job = await queues.all[0]?.getJob(command.id);
    stored.push(JSON.stringify(job?.asJSON()), ...facts.lines);
    const [mail] = await mailsIn(folder);
    expect(facts.of('mail.written')).to.have.length(1);
    expect(facts.of('mail.written')[0]).to.include({ letter: 'verify-email', file: mail?.file });
    expect(stored.join('\n')).to.include(command.id).and.not.to.match(PERSONAL);
    expect(stored.join('\n')).not.to.include(tokenIn(mail ?? expect.fail()).slice(37));
  });

  for (const [why, letter, sql] of [
    [
      'account is erased',
      'password-changed',
      `update accounts set status = 'erased', email = null, email_index = null, name = null where id = $1`,
    ],
    ['account is blocked', 'reset-password', `update accounts set status = 'blocked' where id = $1`],
    ['token is used or over', 'reset-password', 'update account_tokens set used_at = now() where account_id = $1'],
    ['token is used or over', 'invitation', 'update account_tokens set expires_at = now() where account_id = $1'],
    ['token is used or over', 'verify-email', `update account_tokens set purpose = 'invitation' where account_id = $1`],
    [
      'too late',
      'password-changed',
      `update outbox set created_at = now() - interval '73 h' where payload->>'accountId' = $1`,
    ],
  ] as const) {
    it(`does not send ${letter} when the ${why}`, async () => {
      const facts = recordFacts();
      const account = await openAccount();
      await orderSlowly(letter, account, () => query(sql, [account.id]));
      await everythingDone().finally(facts.stop);
      expect(facts.of('mail.skipped')[0]).to.include({ letter, accountId: account.id, why });
      expect(await mailsIn(folder)).to.deep.equal([]);
    });
  }

  it('tells also somebody who is blocked that the password was changed', async () => {
    const account = await openAccount();
    const block = () => query(`update accounts set status = 'blocked' where id = $1`, [account.id]);
    await orderSlowly('password-changed', account, block);
    await everythingDone();
    expect((await mailsIn(folder)).map(({ headers }) => headers.subject)).to.deep.equal(['Your password was changed']);
  });

  const subjects = async () => (await mailsIn(folder)).map(({ headers }) => headers.subject);

  it('sends an address that nobody proved two mails of a kind in a day, and invitations without end', async () => {
    const facts = recordFacts();
    const account = await openAccount();
    // A mail that is tried again counts once.
    accidents = [() => Promise.reject(new MailError('later', 'ESOCKET'))];
    for (const letter of ['verify-email', 'password-changed', 'invitation'] as const) {
      for (const _ of ['first', 'second', 'third']) await order(letter, account);
      await everythingDone();
    }
    facts.stop();
    expect((await subjects()).toSorted()).to.deep.equal([
      ...Array(2).fill('Confirm your e-mail address'),
      ...Array(3).fill('Your new account'),
      ...Array(2).fill('Your password was changed'),
    ]);
    expect(facts.of('mail.skipped').map(({ why }) => why)).to.deep.equal(
      Array(2).fill('too many mails to this address today'),
    );
    await query(`update mail_counts set day = day - 1`);
    await order('verify-email', account);
    await everythingDone();
    expect(await mailsIn(folder)).to.have.length(8);
  });

  it('sends an account all its reset mails, whatever strangers used up, and tells an owner who is proved all', async () => {
    const account = await openAccount();
    await query('update accounts set email_verified_at = now() where id = $1', [account.id]);
    for (const letter of ['verify-email', 'reset-password', 'password-changed'] as const) {
      for (const _ of ['first', 'second', 'third']) await order(letter, account);
    }
    await everythingDone();
    expect((await subjects()).toSorted()).to.deep.equal([
      ...Array(3).fill('Choose a new password'),
      ...Array(2).fill('Confirm your e-mail address'),
      ...Array(3).fill('Your password was changed'),
    ]);
  });

  it('sends reset mails of two accounts in a day to one address, of customers and of staff apart', async () => {
    const email = `asha${++serial}@example.com`;
    const erase = `update accounts set status = 'erased', email = null, email_index = null, name = null where id = $1`;
    for (const _ of ['first', 'second', 'third']) {
      const account = await openAccount({ email });
      await order('reset-password', account);
      await everythingDone();
      await query(erase, [account.id]);
    }
    expect(await subjects()).to.have.length(2);
    const roleId = (await query<{ id: string }>('select id from roles limit 1'))[0]?.id ?? expect.fail('no role');
    await order('reset-password', await openAccount({ email, kind: 'staff', roleId }));
    await everythingDone();
    expect(await subjects()).to.have.length(3);
  });

  it('waits for a mail server that is away without using up an attempt', async () => {
    accidents = [() => Promise.reject(new MailError('later', 'ESOCKET'))];
    const command = await orderSlowly('verify-email', await openAccount(), async () => undefined);
    await everythingDone();
    expect(await mailsIn(folder)).to.have.length(1);
    const job = await queues.all[0]?.getJob(command.id);
    expect(job).to.include({ attemptsMade: 1, attemptsStarted: 2, returnvalue: 'done' });
  });

  it('sends again when the answer was lost, and says that it is the same mail', async () => {
    const loseAnswer = async (send: () => Promise<void>) => {
      await send();
      throw new MailError('later', 'ETIMEDOUT');
    };
    accidents = [loseAnswer];
    const command = await orderSlowly('verify-email', await openAccount(), async () => undefined);
    await everythingDone();
    const ids = (await mailsIn(folder)).map(({ headers }) => headers['message-id']);
    expect(ids).to.deep.equal(Array(2).fill(`<${command.id}@shop.test>`));
  });

  it('gives up a mail that is refused for good, and says only why', async () => {
    const facts = recordFacts();
    accidents = [() => Promise.reject(new MailError('refused', 'SMTP_550'))];
    const command = await orderSlowly('reset-password', await openAccount(), async () => undefined);
    await everythingDone().finally(facts.stop);
    expect(facts.of('mail.refused')[0]).to.include({
      letter: 'reset-password',
      code: 'SMTP_550',
      commandId: command.id,
    });
    expect(facts.lines.join('')).not.to.match(PERSONAL);
    expect(await mailsIn(folder)).to.deep.equal([]);
  });

  it('never holds a transaction open while it sends', async () => {
    let open: number | undefined;
    const look = async (send: () => Promise<void>) => {
      const [row] = await query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity where datname = current_database() and state like 'idle in%'`,
      );
      open = row?.count;
      await send();
    };
    accidents = [look];
    await order('verify-email', await openAccount());
    await everythingDone();
    expect(open).to.equal(0);
  });
});
