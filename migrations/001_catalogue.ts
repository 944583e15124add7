// Locks: creates only; takes no lock on a table that exists.
import { Migration } from '@mikro-orm/migrations';

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
          setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', brand), 'B')
          || setweight(to_tsvector('simple', description), 'C')) stored
      )`);
    this.addSql(`create index products_search on products using gin (search)`);
    this.addSql(`create index products_title_trigram on products using gin (title gin_trgm_ops)`);
    this.addSql(`comment on index products_search is 'storefront search: whole words and prefixes'`);
    this.addSql(`comment on index products_title_trigram is 'storefront search: tolerance for typing errors'`);
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
    this.addSql(`comment on index variants_product is 'variants of a product, in their order'`);
  }

  override down(): void {
    this.addSql(`drop table variants, product_collections, products, collections, tax_rates, tax_classes`);
  }
}
