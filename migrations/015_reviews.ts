// Locks: creates only; SHARE ROW EXCLUSIVE on products, variants, accounts and orders for the foreign keys, for an instant.
import { Migration } from '@mikro-orm/migrations';

const STATES = `('pending', 'approved', 'held', 'rejected', 'deleted')`;

export class Migration015Reviews extends Migration {
  override up(): void {
    this.addSql(`
      create table reviews (
        id uuid not null,
        product_id uuid not null references products,
        variant_id uuid not null references variants,
        customer_id uuid not null references accounts,
        order_id uuid not null references orders,
        is_verified boolean not null,
        rating smallint not null check (rating between 1 and 5),
        title text not null,
        body text not null,
        gist text,
        state text not null check (state in ${STATES}),
        revision integer not null default 1,
        steps integer not null,
        score integer,
        reasons jsonb not null default '[]',
        helpful integer not null default 0 check (helpful >= 0),
        reports integer not null default 0 check (reports >= 0),
        reply text,
        replied_at timestamptz,
        claimed_by uuid references accounts,
        claimed_until timestamptz,
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (id),
        constraint only_what_waits_is_claimed check (claimed_by is null or state = 'held'),
        constraint claims_end check ((claimed_by is null) = (claimed_until is null)),
        constraint deleted_reviews_say_nothing check (state <> 'deleted' or (title = '' and body = '' and gist is null)),
        constraint replies_say_when check ((reply is null) = (replied_at is null))
      ) partition by range (id)`);
    this.addIndexes();
    // A partitioned table cannot enforce uniqueness across partitions, so a table of its own does.
    this.addSql(`
      create table review_keys (
        customer_id uuid not null references accounts,
        variant_id uuid not null references variants,
        review_id uuid not null unique references reviews,
        primary key (customer_id, variant_id)
      )`);
    this.addSql(`
      create table review_history (
        review_id uuid not null references reviews,
        seq integer not null check (seq > 0),
        revision integer not null,
        from_state text,
        to_state text not null check (to_state in ${STATES}),
        event text not null,
        actor text not null,
        reason text,
        verdict jsonb,
        request_id text,
        at timestamptz not null,
        primary key (review_id, seq)
      ) partition by range (review_id)`);
    this.addOpinions();
    this.addPolicies();
  }

  private addIndexes(): void {
    for (const [name, key] of [
      ['newest', 'id'],
      ['helpful', 'helpful, id'],
      ['rating', 'rating, id'],
    ]) {
      this.addSql(`create index reviews_${name} on reviews (product_id, ${key}) where state = 'approved'`);
      this.addSql(`comment on index reviews_${name} is 'the published reviews of a product, page by page'`);
    }
    this.addSql(`create index reviews_customer on reviews (customer_id, id)`);
    this.addSql(`comment on index reviews_customer is 'reviews of a customer, newest first'`);
    this.addSql(`create index reviews_state on reviews (state, id) where state <> 'approved'`);
    this.addSql(`comment on index reviews_state is 'moderators: what waits, the oldest first'`);
    this.addSql(`create index reviews_gist on reviews (gist) where gist is not null`);
    this.addSql(`comment on index reviews_gist is 'moderation: who wrote the same before'`);
  }

  private addOpinions(): void {
    this.addSql(`
      create table review_votes (
        review_id uuid not null references reviews,
        customer_id uuid not null references accounts,
        at timestamptz not null,
        primary key (review_id, customer_id)
      )`);
    this.addSql(`
      create table review_reports (
        review_id uuid not null references reviews,
        customer_id uuid not null references accounts,
        reason text not null check (reason in ('offensive', 'spam', 'false', 'personal-data', 'other')),
        at timestamptz not null,
        settled_at timestamptz,
        primary key (review_id, customer_id)
      )`);
    for (const table of ['review_votes', 'review_reports']) {
      this.addSql(`create index ${table}_customer on ${table} (customer_id)`);
      this.addSql(`comment on index ${table}_customer is 'export: what a customer thought of reviews'`);
    }
    // Counts of the published reviews of a product (kind product) or of a variant.
    this.addSql(`
      create table review_statistics (
        subject uuid primary key,
        kind text not null check (kind in ('product', 'variant')),
        count integer not null default 0,
        verified integer not null default 0 check (verified between 0 and count),
        r1 integer not null default 0 check (r1 >= 0),
        r2 integer not null default 0 check (r2 >= 0),
        r3 integer not null default 0 check (r3 >= 0),
        r4 integer not null default 0 check (r4 >= 0),
        r5 integer not null default 0 check (r5 >= 0),
        constraint each_review_has_one_rating check (count = r1 + r2 + r3 + r4 + r5)
      ) with (fillfactor = 70)`);
  }

  private addPolicies(): void {
    this.addSql(`
      create table review_policies (
        version integer primary key check (version > 0),
        policy jsonb not null,
        changed_by text not null,
        changed_at timestamptz not null
      )`);
    this.addSql(`
      create table review_trials (
        id uuid primary key,
        policy jsonb not null,
        since timestamptz not null,
        cursor uuid,
        state text not null check (state in ('running', 'done')),
        looked_at integer not null default 0,
        changes jsonb not null default '{}',
        examples jsonb not null default '[]',
        started_by text not null,
        created_at timestamptz not null,
        finished_at timestamptz,
        constraint done_trials_say_when check ((state = 'done') = (finished_at is not null))
      )`);
  }

  override down(): void {
    this.addSql(
      `drop table review_trials, review_policies, review_statistics, review_reports, review_votes, review_history, review_keys, reviews`,
    );
  }
}
