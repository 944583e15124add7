// Locks: creates only.
import { Migration } from '@mikro-orm/migrations';

export class Migration014Reconciliation extends Migration {
  override up(): void {
    this.addSql(`
      create table reconciliation_runs (
        id uuid primary key,
        kind text not null check (kind in ('recent', 'full')),
        started_by text not null,
        state text not null check (state in ('running', 'done')),
        phase text not null,
        cursor text,
        since timestamptz not null,
        checked jsonb not null default '{}',
        counts jsonb not null default '{}',
        started_at timestamptz not null,
        updated_at timestamptz not null,
        finished_at timestamptz,
        constraint done_runs_say_when check ((state = 'done') = (finished_at is not null))
      ) with (fillfactor = 70)`);
    // Only one run at a time: a duplicate tick, or one during a long run, starts nothing.
    this.addSql(`create unique index reconciliation_runs_one on reconciliation_runs ((true)) where state = 'running'`);
    this.addSql(`comment on index reconciliation_runs_one is 'one run at a time'`);
    this.addSql(`
      create table discrepancies (
        id uuid primary key,
        run_id uuid not null references reconciliation_runs,
        last_run_id uuid not null references reconciliation_runs,
        kind text not null,
        subject text not null,
        severity text not null check (severity in ('critical', 'warning')),
        facts jsonb not null,
        state text not null check (state in ('healing', 'healed', 'person', 'resolved', 'gone')),
        action text,
        note text,
        found_at timestamptz not null,
        seen_at timestamptz not null,
        decided_at timestamptz,
        decided_by text
      )`);
    this.addSql(
      `create unique index discrepancies_open on discrepancies (kind, subject) where state in ('healing', 'person')`,
    );
    this.addSql(`comment on index discrepancies_open is 'what is found again is no new discrepancy'`);
    this.addSql(`create index discrepancies_run on discrepancies (run_id, id)`);
    this.addSql(`comment on index discrepancies_run is 'the report of a run'`);
    this.addSql(`create index discrepancies_state on discrepancies (state, id)`);
    this.addSql(`comment on index discrepancies_state is 'staff: what needs a person, newest first'`);
  }

  override down(): void {
    this.addSql(`drop table discrepancies, reconciliation_runs`);
  }
}
