// Locks: ACCESS EXCLUSIVE on products while the table is rewritten with its indexes: about ten seconds for
// 100,000 products with short descriptions, longer with long ones.
import { Migration } from '@mikro-orm/migrations';
import { searchable } from './001_catalogue.ts';

// Invisible code points: joiners, soft hyphens, direction marks, variation selectors. They are removed from words.
const INVISIBLE =
  '[\\u00ad\\u034f\\u061c\\u180b-\\u180f\\u200c-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e0fff]';

// Splits an indexed or a typed text into words: letters, marks and digits in NFKC and lower case; all other characters
// separate words. It does not use the parser of PostgreSQL, which treats signs, hosts, files, numbers and tags
// specially. The collation is built in, so the words are the same on every machine. Words are cut at 64 characters,
// because index entries have a maximum length. The body is bound to the objects it calls, so that a dump restores under
// any search path.
const SEARCH_WORDS = `
  create function search_words(text) returns text[] language sql immutable strict parallel safe
  return array(
    select left(word, 64)
      from regexp_split_to_table(
        lower(normalize(regexp_replace($1 collate pg_c_utf8, '${INVISIBLE}', '', 'g'), nfkc)),
        '[[:punct:][:space:][:cntrl:]\\u200b]+') with ordinality as split (word, place)
      where word <> '' order by place)`;

const SEARCH_VECTOR = `
  create function search_vector(text, weight "char") returns tsvector language sql immutable strict parallel safe
  return (
    select setweight(coalesce(string_agg(format('''%s'':%s', word, least(place, 16383)), ' '), '')::tsvector, weight)
      from unnest(search_words($1)) with ordinality as words (word, place))`;

// The first eight words of the typed text; more words cost more and find nothing else.
const TYPED_WORDS = `
  create function typed_words(text) returns text[] language sql immutable strict parallel safe
  return (search_words($1))[:8]`;

// The typed text as a query: each word must equal or begin a word of the product.
const PREFIX_QUERY = `
  create function prefix_query(typed text) returns tsquery language sql immutable strict parallel safe
  return (select string_agg(format('''%s'':*', word), '&')::tsquery from unnest(typed_words(typed)) as word)`;

// The same, but a word that no product has is a typing error: the query takes the word with two letters swapped, or the
// most similar one. The threshold is a setting of the function, since a pooled connection cannot keep one.
const PRODUCT_QUERY = `
  create function product_query(typed text) returns tsquery language sql stable
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

const vectorsOf = (vector: (column: string, weight: string) => string): string =>
  `${vector('title', 'A')} || ${vector('brand', 'B')} || ${vector('description', 'C')}`;

export class Migration019SearchAndOrder extends Migration {
  override up(): void {
    // product_query(text[]) stays for processes of the previous version.
    for (const sql of [SEARCH_WORDS, SEARCH_VECTOR, TYPED_WORDS, PREFIX_QUERY, PRODUCT_QUERY]) this.addSql(sql);
    this.addSql(`drop index products_by_title`);
    const search = vectorsOf((column, weight) => `search_vector(${column}, '${weight}')`);
    this.addSql(`alter table products alter column search set expression as (${search})`);
    this.addSql(`
      create index products_by_title on products (title collate "en-IN-x-icu", id) where status = 'active'`);
    this.addSql(`comment on index products_by_title is 'storefront list by title, in the order of a dictionary'`);
  }

  override down(): void {
    this.addSql(`drop index products_by_title`);
    const search = vectorsOf((column, weight) => `setweight(${searchable(column)}, '${weight}')`);
    this.addSql(`alter table products alter column search set expression as (${search})`);
    this.addSql(`drop function product_query(text), prefix_query, typed_words, search_vector, search_words`);
    this.addSql(`create index products_by_title on products (title, id) where status = 'active'`);
    this.addSql(`comment on index products_by_title is 'storefront list by title'`);
  }
}
