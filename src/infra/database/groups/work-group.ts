import { failpoint } from '../../failpoint.ts';
import { observe } from '../../observability/log.ts';
import { type Database, isDatabaseDown, isPoolExhausted } from '../database.ts';
import { insideTransaction } from '../external.ts';
import { type PendingWrites, pendingWrites } from '../pending-writes.ts';
import { openTransaction, type Transaction } from '../transaction.ts';
import { type OpenTx, openTx, type Tx, unitOfWork } from '../unit-of-work.ts';
import { mergingRuns } from './merged-statements.ts';
import { type Watched, watch } from './watched-run.ts';

export interface Kind {
  db: Database;
  name: string;
}

/** A unit of work in a group. */
export interface Member {
  /** Calls a function in the context in which the work was asked for: its trace. */
  within<R>(run: () => R): R;
  work(tx: Tx): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** From so many members on, crash tests call a group large. */
const LARGE = 3;

interface Outcome {
  open: OpenTx;
  value?: unknown;
  error?: unknown;
  /** It has written before it threw, or the transaction is broken. */
  isFatal: boolean;
}

const alone = ({ db, name }: Kind, { within, work, resolve, reject }: Member): Promise<void> =>
  within(() => unitOfWork(db, name, work)).then(resolve, reject);

/**
 * Does the work of all members in one transaction, and resolves or rejects each of them; one is done as ever. It never throws.
 * @param free is called when the group is over; members that are repeated alone hold nobody up
 */
export async function runGroup(kind: Kind, members: readonly Member[], free: () => void): Promise<void> {
  const [first] = members;
  observe('work_group.begun', { name: kind.name, members: members.length });
  if (first && members.length === 1) return alone(kind, first).finally(free);
  const transaction = openTransaction(kind.db);
  try {
    const { outcomes, pending } = await workTogether(kind, { transaction, members });
    const statements = pending.takeStatements();
    const isLarge = members.length >= LARGE;
    for (const _ of members) failpoint(`${kind.name}.before-commit`);
    if (isLarge) failpoint(`${kind.name}.before-commit-of-many`);
    const refusal = await transaction.commit(statements).catch(refuseToRepeat);
    if (refusal) throw refusal;
    for (const _ of members) failpoint(`${kind.name}.after-commit`);
    if (isLarge) failpoint(`${kind.name}.after-commit-of-many`);
    free();
    for (const [index, outcome] of outcomes.entries()) end(members[index] as Member, outcome);
  } catch (error) {
    await transaction.rollback();
    free();
    await fail(kind, { members, error });
  }
}

/** It is committed, whatever happens here. */
function end({ within, resolve, reject }: Member, { open, error, value }: Outcome): void {
  if (error !== undefined) {
    reject(error);
    return;
  }
  try {
    for (const effect of open.effects) within(effect);
    resolve(value);
  } catch (thrown) {
    reject(thrown);
  }
}

/** A commit that was not answered may have happened. */
class UnknownOutcome extends Error {}

function refuseToRepeat(error: Error): never {
  throw new UnknownOutcome('The commit was not answered.', { cause: error });
}

const codeOf = (error: unknown): string => String(Reflect.get(Object(error), 'code'));

/** Repeats each member of a failed group alone, unless nothing can be done now or the group may have been committed. */
async function fail(kind: Kind, { members, error }: { members: readonly Member[]; error: unknown }): Promise<void> {
  const told = error instanceof UnknownOutcome ? error.cause : error;
  if (error instanceof UnknownOutcome || isDatabaseDown(error) || isPoolExhausted(error)) {
    for (const { reject } of members) reject(told);
    return;
  }
  observe('work_group.repeated', { name: kind.name, members: members.length, code: codeOf(error) });
  await Promise.all(members.map((member) => alone(kind, member)));
}

/**
 * Runs all members in one transaction.
 * @returns what became of each, and what those left to be written who did not throw
 * @throws Error when all have to be repeated
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
  { within, work }: Member,
  { open, watched }: { open: OpenTx; watched: Watched },
): Promise<Outcome> {
  try {
    const value = await within(() => insideTransaction(() => work(open.tx)));
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
