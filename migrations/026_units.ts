// Locks: ACCESS EXCLUSIVE on products for as long as its rows are looked through; document_series: for an instant.
import { Migration } from '@mikro-orm/migrations';

/** The unique quantity codes of the GST portal. */
const UNITS = `'BAG', 'BAL', 'BDL', 'BKL', 'BOU', 'BOX', 'BTL', 'BUN', 'CAN', 'CBM', 'CCM', 'CMS', 'CTN', 'DOZ', 'DRM', 'GGK', 'GMS',
  'GRS', 'GYD', 'KGS', 'KLR', 'KME', 'LTR', 'MLT', 'MTR', 'MTS', 'NOS', 'OTH', 'PAC', 'PCS', 'PRS', 'QTL', 'ROL', 'SET', 'SQF', 'SQM',
  'SQY', 'TBS', 'TGM', 'THD', 'TON', 'TUB', 'UGS', 'UNT', 'YDS'`;

export class Migration026Units extends Migration {
  override up(): void {
    // A process of the previous version inserts products without a unit: the default is pieces, as in that version.
    this.addSql(`alter table products add column uqc text not null default 'NOS' check (uqc in (${UNITS}))`);
    this.addSql(
      `comment on column products.uqc is 'unique quantity code of the GST portal: in what units are counted'`,
    );
    this.addSql(`comment on column document_series.year is
      'financial year, as 26-27; a series whose prefix is not the first one has that in front: ST/26-27'`);
  }

  override down(): void {
    this.addSql(`comment on column document_series.year is null`);
    this.addSql(`alter table products drop column uqc`);
  }
}
