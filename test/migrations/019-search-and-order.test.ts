import { expect } from 'chai';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const TITLE = 'Women’s <Rug> 4 m²';

describe('the migration of search and order', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  const found = (query: string) =>
    fresh.db.query<{ title: string }>(`select title from products where search @@ ${query}`);

  it('makes the words of the products that are there anew, and goes back to what was', async () => {
    const { migrator } = fresh.db.orm;
    await migrator.down({ to: '018_retention' });
    await fresh.db.query(`insert into tax_classes (code, name) values ('standard', 'Everything')`);
    await fresh.db.query(
      `insert into products (id, slug, title, description, brand, hsn, tax_class, status, created_at, updated_at)
        values (gen_random_uuid(), 'rug', $1, 'Wool', 'Aranya', '5703', 'standard', 'active', now(), now())`,
      [TITLE],
    );
    const withOldWords = () => found(`product_query(array['women', 's', 'rug', '4', 'm2'])`);
    const withNewWords = () => found(`product_query('${TITLE}')`);
    expect(await withOldWords()).to.deep.equal([]);
    await migrator.up();
    expect(await withNewWords()).to.deep.equal([{ title: TITLE }]);
    await migrator.down({ to: '018_retention' });
    expect(await withOldWords()).to.deep.equal([]);
    expect(await found(`product_query(array['wool'])`)).to.deep.equal([{ title: TITLE }]);
    await migrator.up();
    expect(await withNewWords()).to.deep.equal([{ title: TITLE }]);
  });
});
