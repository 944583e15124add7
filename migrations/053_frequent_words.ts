// Locks: none.
import { Migration } from '@mikro-orm/migrations';

const ACTIVE = `select search from products where status = 'active'`;
/** The first product with a common word is among the newest. The index would read all products that have it before it gives the first. */
const NEWEST = `${ACTIVE} order by created_at desc, id desc limit 100`;
const exists = (products: string): string =>
  `exists (select from (${products}) as newest (search) where search @@ prefix::tsquery)`;

// That of migration 046, except for the order in which it looks for a product with the word.
const productQuery = (isKnown: string) => `
  create or replace function product_query(typed text) returns tsquery language sql stable
    set pg_trgm.similarity_threshold = 0.25 set enable_seqscan = off
  as $$
    select string_agg(case when length(word) < 4 or ${isKnown} then prefix
        else coalesce(
          (select quote_literal(known) from (
              select k.word as known from product_words k where k.word % typed_word.word or k.word = any(swaps)
                order by k.word = any(swaps) desc, similarity(k.word, typed_word.word) desc, k.word limit 20) near
            where exists (select from products where status = 'active' and search @@ quote_literal(known)::tsquery)
            order by known = any(swaps) desc, similarity(known, typed_word.word) desc, known limit 1),
          prefix) end, '&')::tsquery
      from unnest(typed_words(typed)) as typed_word (word), lateral (select quote_literal(word) || ':*',
        array(select overlay(word placing substr(word, at + 1, 1) || substr(word, at, 1) from at for 2)
          from generate_series(1, length(word) - 1) as at)) as read (prefix, swaps)
  $$`;

const MATCHES = `select id from (select id, search from products where status = 'active'
        order by created_at desc, id desc limit 2000) newest where search @@ asked`;

// If 1,000 of the newest products match, these are enough: the index would read all matches before it gives the first.
const PRODUCT_MATCHES = `
  create or replace function product_matches(asked tsquery) returns setof uuid language sql stable rows 1000
    set enable_seqscan = off set enable_sort = off
  as $$
    with newest as materialized (${MATCHES})
    select id from newest
    union (select id from products where status = 'active' and search @@ asked
        limit case when (select count(*) from newest) < 1000 then 1000 else 0 end)
  $$`;

// That of migration 046.
const EARLIER_MATCHES = `
  create or replace function product_matches(asked tsquery) returns setof uuid language sql stable rows 1000
    set enable_seqscan = off set enable_sort = off
  as $$
    ${MATCHES}
    union (select id from products where status = 'active' and search @@ asked limit 1000)
  $$`;

/** Searches of words that most products have. */
export class Migration053FrequentWords extends Migration {
  override up(): void {
    this.addSql(productQuery(`${exists(NEWEST)} or ${exists(ACTIVE)}`));
    this.addSql(PRODUCT_MATCHES);
  }

  override down(): void {
    this.addSql(productQuery(exists(ACTIVE)));
    this.addSql(EARLIER_MATCHES);
  }
}
