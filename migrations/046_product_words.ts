// Locks: SHARE ROW EXCLUSIVE on products while its words are read: changes of products wait a few seconds per 100,000
// products, reads go on. ACCESS EXCLUSIVE for a moment at the end, to drop an index.
import { Migration } from '@mikro-orm/migrations';

// Words of products that no longer exist stay: a search looks whether an active product has the word. Sorted, so that
// changes of products at the same time wait for each other in one order.
const KEEP_WORDS = `
  create function keep_product_words() returns trigger language plpgsql as $$
    begin
      insert into product_words (word)
        select word from (select distinct unnest(tsvector_to_array(search)) as word from changed) as words
          where not exists (select from product_words k where k.word = words.word) order by word
        on conflict do nothing;
      return null;
    end $$`;

// The typed text as a query, as before, but a typing error is corrected by the words of the shop instead of its products:
// their number hardly grows with the shop. Each part reads at most twenty of them, and one product for each. A sequential
// scan would read every product for a word that none has.
const productQuery = (settings: string) => `
  create or replace function product_query(typed text) returns tsquery language sql stable
    ${settings}
  as $$
    select string_agg(case when length(word) < 4
          or exists (select from products where status = 'active' and search @@ prefix::tsquery) then prefix
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

// Matches of a search: those among the newest 2,000 products, and the first 1,000 that the index gives. These are all if
// there are fewer than 1,000. The settings make it use the indexes: it reads at most 3,000 products.
const PRODUCT_MATCHES = `
  create function product_matches(asked tsquery) returns setof uuid language sql stable rows 1000
    set enable_seqscan = off set enable_sort = off
  as $$
    select id from (select id, search from products where status = 'active'
        order by created_at desc, id desc limit 2000) newest where search @@ asked
    union (select id from products where status = 'active' and search @@ asked limit 1000)
  $$`;

// That of migration 019.
const EARLIER_QUERY = `
  create or replace function product_query(typed text) returns tsquery language sql stable
    set pg_trgm.word_similarity_threshold = 0.3
  as $$
    select string_agg(case when length(word) < 4 or (select count(*) from products
          where status = 'active' and search @@ prefix::tsquery) > 0 then prefix
        else coalesce(
          (select quote_literal(known) from (
              select distinct unnest(tsvector_to_array(search)) as known from products
                where status = 'active' and (word <% (title || ' ' || brand)
                  or search @@ (select string_agg(quote_literal(swap), '|') from unnest(swaps) as swap)::tsquery)) near
            where known = any(swaps) or similarity(known, word) >= 0.25
            order by known = any(swaps) desc, similarity(known, word) desc, known limit 1),
          prefix) end, '&')::tsquery
      from unnest(typed_words(typed)) as word, lateral (select quote_literal(word) || ':*',
        array(select overlay(word placing substr(word, at + 1, 1) || substr(word, at, 1) from at for 2)
          from generate_series(1, length(word) - 1) as at)) as read (prefix, swaps)
  $$`;

export class Migration046ProductWords extends Migration {
  override up(): void {
    this.addSql(`lock table products in share row exclusive mode`);
    this.addSql(`create table product_words (word text primary key)`);
    this.addSql(`
      insert into product_words (word) select distinct unnest(tsvector_to_array(search)) from products`);
    this.addSql(`create index product_words_trigram on product_words using gin (word gin_trgm_ops)`);
    this.addSql(`comment on index product_words_trigram is 'storefront search: words with typing errors'`);
    this.addSql(KEEP_WORDS);
    for (const event of ['insert', 'update']) {
      this.addSql(`create trigger keep_product_words_after_${event} after ${event} on products
        referencing new table as changed for each statement execute function keep_product_words()`);
    }
    this.addSql(productQuery(`set pg_trgm.similarity_threshold = 0.25 set enable_seqscan = off`));
    this.addSql(PRODUCT_MATCHES);
    this.addSql(`drop index products_names_trigram`);
  }

  override down(): void {
    this.addSql(`create index products_names_trigram on products using gin ((title || ' ' || brand) gin_trgm_ops)`);
    this.addSql(`comment on index products_names_trigram is 'storefront search: tolerance for typing errors'`);
    this.addSql(EARLIER_QUERY);
    for (const event of ['insert', 'update']) this.addSql(`drop trigger keep_product_words_after_${event} on products`);
    this.addSql(`drop function keep_product_words, product_matches`);
    this.addSql(`drop table product_words`);
  }
}
