// Locks: SHARE ROW EXCLUSIVE on pricing_rules, discounts, price_lists, shipping_methods and tax_rates while their triggers are made.
import { Migration } from '@mikro-orm/migrations';

/** The tables that can affect every price of the shop. */
const OFFERS = ['pricing_rules', 'discounts', 'price_lists', 'shipping_methods', 'tax_rates'];

/**
 * Sets the version to the current microsecond, and always higher than before. So two states never have the same version,
 * even if the server lost its last changes in a failover or a restore.
 */
const NEXT = `greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint)`;

export class Migration031OffersVersion extends Migration {
  override up(): void {
    this.addSql(`
      create table offers_version (
        is_only boolean primary key default true check (is_only),
        version bigint not null
      )`);
    this.addSql(`insert into offers_version (version) select ${NEXT} from (select 0::bigint as version) as before`);
    this.addSql(`
      create function raise_offers_version() returns trigger language plpgsql as $$
        begin
          update offers_version set version = ${NEXT};
          return null;
        end $$`);
    for (const table of OFFERS) {
      this.addSql(`create trigger ${table}_raise_the_version after insert or update or delete or truncate on ${table}
        for each statement execute function raise_offers_version()`);
    }
  }

  override down(): void {
    for (const table of OFFERS) this.addSql(`drop trigger ${table}_raise_the_version on ${table}`);
    this.addSql(`drop function raise_offers_version`);
    this.addSql(`drop table offers_version`);
  }
}
