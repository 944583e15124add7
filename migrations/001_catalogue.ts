// Locks: creates only; takes no lock on a table that exists.
import { Migration } from '@mikro-orm/migrations';

// The parser would read a hyphen before a digit as a minus, and dotted words as hosts and files. A search uses letters
// and digits only and would then find neither part.
export const searchable = (column: string): string => `to_tsvector('simple', translate(${column}, '-/.@_', '     '))`;

// Words (letters and digits only) as a query on products.search: each must equal or begin a word of the product. A word
// that no product has is a typing error: the query takes the word with two letters swapped, or the most similar one.
// The threshold is a setting of the function, since a pooled connection cannot keep one.
const PRODUCT_QUERY = `
  create function product_query(words text[]) returns tsquery language sql stable
    set pg_trgm.word_similarity_threshold = 0.3
  as $$
    select string_agg(case when length(word) < 4 or (select count(*) from products
          where status = 'active' and search @@ prefix::tsquery) > 0 then prefix
        else coalesce(
          (select quote_literal(known) from (
              select distinct unnest(tsvector_to_array(search)) as known from products
                where status = 'active' and (word <% (title || ' ' || brand)
                  or search @@ (select string_agg(quote_literal(swap), '|') from unnest(swaps) as swap)::tsquery)) near
            where strpos(known, E'\\\\') = 0 and (known = any(swaps) or similarity(known, word) >= 0.25)
            order by known = any(swaps) desc, similarity(known, word) desc, known limit 1),
          prefix) end, '&')::tsquery
      from unnest(words) as word, lateral (select quote_literal(word) || ':*',
        array(select overlay(word placing substr(word, at + 1, 1) || substr(word, at, 1) from at for 2)
          from generate_series(1, length(word) - 1) as at)) as typed (prefix, swaps)
  $$`;

export class Migration001Catalogue extends Migration {
  override up(): void {
    this.addSql(`create extension if not exists pg_trgm`);
    this.addSql(`
      create table tax_classes (
        code text primary key,
        name text not null
      )`);
    this.addSql(`
      create table tax_rates (
        tax_class text not null references tax_classes,
        valid_from timestamptz not null,
        min_unit_price bigint not null check (min_unit_price >= 0),
        percent numeric(7, 4) not null check (percent >= 0),
        primary key (tax_class, valid_from, min_unit_price)
      )`);
    this.addSql(`
      create table collections (
        id uuid primary key,
        slug text not null unique,
        title text not null,
        position integer not null
      )`);
    this.addSql(`
      create table products (
        id uuid primary key,
        slug text not null unique,
        title text not null,
        description text not null,
        brand text not null,
        hsn text not null check (hsn ~ '^([0-9]{4}|[0-9]{6}|[0-9]{8})$'),
        tax_class text not null references tax_classes,
        status text not null check (status in ('draft', 'active', 'archived')),
        version integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        search tsvector not null generated always as (
          setweight(${searchable('title')}, 'A') || setweight(${searchable('brand')}, 'B')
          || setweight(${searchable('description')}, 'C')) stored
      )`);
    this.addSql(`create index products_search on products using gin (search)`);
    this.addSql(`create index products_names_trigram on products using gin ((title || ' ' || brand) gin_trgm_ops)`);
    this.addSql(`create index products_newest on products (created_at desc, id desc) where status = 'active'`);
    this.addSql(`create index products_by_title on products (title, id) where status = 'active'`);
    this.addSql(`comment on index products_search is 'storefront search: whole words and prefixes'`);
    this.addSql(`comment on index products_names_trigram is 'storefront search: tolerance for typing errors'`);
    this.addSql(`comment on index products_newest is 'storefront list, newest first'`);
    this.addSql(`comment on index products_by_title is 'storefront list by title'`);
    this.addSql(`
      create table product_collections (
        collection_id uuid not null references collections,
        product_id uuid not null references products,
        primary key (collection_id, product_id)
      )`);
    this.addSql(`create index product_collections_product on product_collections (product_id)`);
    this.addSql(`comment on index product_collections_product is 'collections of a product'`);
    this.addSql(`
      create table variants (
        id uuid primary key,
        product_id uuid not null references products,
        sku text not null unique,
        size text,
        color text,
        price bigint not null check (price >= 0),
        position integer not null,
        max_per_order integer check (max_per_order > 0),
        version integer not null default 1
      )`);
    this.addSql(`create index variants_product on variants (product_id, position)`);
    this.addSql(`create index variants_by_price on variants (price, id)`);
    this.addSql(`create index variants_sku_prefix on variants (upper(sku) text_pattern_ops)`);
    this.addSql(`comment on index variants_product is 'variants of a product, in their order'`);
    this.addSql(`comment on index variants_by_price is 'storefront list by price'`);
    this.addSql(`comment on index variants_sku_prefix is 'storefront search: SKUs and their beginnings'`);
    this.addSql(PRODUCT_QUERY);
  }

  override down(): void {
    this.addSql(`drop function product_query`);
    this.addSql(`drop table variants, product_collections, products, collections, tax_rates, tax_classes`);
  }
}
