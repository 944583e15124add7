import { expect } from 'chai';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

describe('the migration of the words of products', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
    await fresh.db.query(`insert into tax_classes (code, name) values ('standard', 'Everything')`);
  });
  after(() => fresh.close());

  const add = (title: string) =>
    fresh.db.query(
      `insert into products (id, slug, title, description, brand, hsn, tax_class, status, created_at, updated_at)
        values (gen_random_uuid(), lower($1), $1, '', '', '6211', 'standard', 'active', now(), now())`,
      [title],
    );
  const corrected = async (typed: string) =>
    (await fresh.db.query<{ query: string }>(`select product_query($1)::text as query`, [typed]))[0]?.query;

  it('knows the words of the products that are there, of new and of changed ones, and goes back', async () => {
    const { migrator } = fresh.db.orm;
    await migrator.down({ to: '045_packed_snapshots' });
    await add('Kurta');
    expect(await corrected('kutra')).to.equal(`'kurta'`);
    await migrator.up();
    expect(await corrected('kutra')).to.equal(`'kurta'`);
    await add('Sandals');
    expect(await corrected('sandles')).to.equal(`'sandals'`);
    await fresh.db.query(`update products set title = 'Dupatta' where title = 'Sandals'`);
    expect(await corrected('dupat')).to.equal(`'dupat':*`);
    expect(await corrected('duppatta')).to.equal(`'dupatta'`);
  });

  it('corrects nothing to a word that no product on sale has any more', async () => {
    expect(await corrected('sandles')).to.equal(`'sandles':*`);
    await fresh.db.query(`update products set status = 'archived' where title = 'Kurta'`);
    expect(await corrected('kutra')).to.equal(`'kutra':*`);
  });
});
