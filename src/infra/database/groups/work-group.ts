import type { Span } from '@opentelemetry/api';
import { failpoint } from '../../failpoint.ts';
import { observe } from '../../observability/log.ts';
import { type Database, isDatabaseDown, isPoolExhausted } from '../database.ts';
import { insideTransaction } from '../external-call.ts';
import { type PendingWrites, pendingWrites } from '../pending-writes.ts';
import { openTransaction, type Transaction } from '../transaction.ts';
import { type OpenTx, openTx, type Tx, transact } from '../unit-of-work.ts';
import { mergingRuns } from './merged-statements.ts';
import { type Watched, watch } from './watched-run.ts';

export interface Kind {
  db: Database;
  name: string;
}

/** A unit of work in a group. */
export interface Member {
  /** Its span, if its trace is recorded. */
  span?: Span | undefined;
  /** Calls a function in the async context of the caller, which carries its trace. */
  runInContext<R>(run: () => R): R;
  work(tx: Tx): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The smallest size of a large group, for the failpoints of crash tests. */
const LARGE_GROUP = 3;

interface Outcome {
  open: OpenTx;
  value?: unknown;
  error?: unknown;
  /** Whether the member wrote before it threw, or the transaction is broken. */
  isFatal: boolean;
}

const runAlone = ({ db, name }: Kind, { runInContext, work, resolve, reject }: Member): Promise<void> =>
  runInContext(() => transact(db, name, work)).then(resolve, reject);

/**
 * Does the work of all members in one transaction and resolves or rejects each of them. A single member runs alone. It
 * never throws.
 * @param onEnd is called when the group has ended; members that are repeated alone block no other group
 */
export async function runGroup(kind: Kind, members: readonly Member[], onEnd: () => void): Promise<void> {
  const [first] = members;
  observe('work_group.begun', { name: kind.name, members: members.length });
  for (const { span } of members) span?.addEvent('begun', { members: members.length });
  if (first && members.length === 1) return runAlone(kind, first).finally(onEnd);
  const transaction = openTransaction(kind.db);
  try {
    const { outcomes, pending } = await workTogether(kind, { transaction, members });
    const statements = pending.takeStatements();
    const isLarge = members.length >= LARGE_GROUP;
    for (const _ of members) failpoint(`${kind.name}.before-commit`);
    if (isLarge) failpoint(`${kind.name}.before-commit-of-many`);
    const refusal = await transaction.commit(statements).catch(refuseToRepeat);
    if (refusal) throw refusal;
    for (const _ of members) failpoint(`${kind.name}.after-commit`);
    if (isLarge) failpoint(`${kind.name}.after-commit-of-many`);
    onEnd();
    for (const [index, outcome] of outcomes.entries()) settleMember(members[index] as Member, outcome);
  } catch (error) {
    await transaction.rollback();
    onEnd();
    await repeatOrReject(kind, { members, error });
  }
}

/** Settles a member after the commit: an error here does not undo it. */
function settleMember({ runInContext, resolve, reject }: Member, { open, error, value }: Outcome): void {
  if (error !== undefined) {
    reject(error);
    return;
  }
  try {
    for (const effect of open.effects) runInContext(effect);
    resolve(value);
  } catch (thrown) {
    reject(thrown);
  }
}

/** The server did not answer the commit, so it may have happened. */
class UnknownOutcome extends Error {}

function refuseToRepeat(error: Error): never {
  throw new UnknownOutcome('The commit was not answered.', { cause: error });
}

const codeOf = (error: unknown): string => String(Reflect.get(Object(error), 'code'));

/** Repeats each member of a failed group alone, unless the database is unavailable or the group may be committed. */
async function repeatOrReject(
  kind: Kind,
  { members, error }: { members: readonly Member[]; error: unknown },
): Promise<void> {
  const reason = error instanceof UnknownOutcome ? error.cause : error;
  if (error instanceof UnknownOutcome || isDatabaseDown(error) || isPoolExhausted(error)) {
    for (const { reject } of members) reject(reason);
    return;
  }
  observe('work_group.repeated', { name: kind.name, members: members.length, code: codeOf(error) });
  await Promise.all(members.map((member) => runAlone(kind, member)));
}

/**
 * Runs all members in one transaction.
 * @returns the outcome of each member, and the pending writes of those that did not throw
 * @throws Error when all members have to be repeated
 */
async function workTogether(
  { db }: Kind,
  { transaction, members }: { transaction: Transaction; members: readonly Member[] },
): Promise<{ outcomes: Outcome[]; pending: PendingWrites }> {
  const runs = mergingRuns(transaction.run);
  const common = new Map<unknown, unknown>();
  const outcomes = await Promise.all(
    members.map((member) => {
      const { run, end } = runs.caller();
      const watched = watch(run);
      return workAsMember(member, { open: openTx(db, watched.run, common), watched }).finally(end);
    }),
  );
  const failed = outcomes.find(({ isFatal }) => isFatal);
  if (failed) throw failed.error;
  const pending = pendingWrites();
  for (const { open, error } of outcomes) if (error === undefined) pending.join(open.pending);
  return { outcomes, pending };
}

async function workAsMember(
  { runInContext, work }: Member,
  { open, watched }: { open: OpenTx; watched: Watched },
): Promise<Outcome> {
  try {
    const value = await runInContext(() => insideTransaction(() => work(open.tx)));
    await open.settle();
    if (watched.isBroken()) throw new Error('one of the statements had failed');
    return { open, value, isFatal: false };
  } catch (error) {
    return {
      open,
      error: error ?? new Error('thrown without a value'),
      isFatal: watched.hasWritten() || watched.isBroken(),
    };
  }
}
