import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const HEADER =
  'slug,title,description,brand,hsn,taxClass,status,collections,attributes,media,sku,size,color,price,weightGrams,maxPerOrder,backorderLimit,onHand';
const DONE_WITHIN_MS = 60_000;

interface Import {
  id: string;
  status: string;
  rows: number;
  worked: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
}

interface Report {
  row: number;
  outcome: string;
  problems: { column: string; problem: string }[];
}

interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

describe('products as files', function () {
  this.timeout(120_000);
  let flow: Flow;
  let token: string;
  before(async function () {
    flow = await sharedFlow(this);
    const body = { email: 'catalogue@example.com', password: 'vcecom development' };
    token = (await flow.shop.ask<{ accessToken: string }>('POST', '/../admin/account/login', { body })).body
      .accessToken;
  });

  const call = async (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    return fetch(`${flow.stack.url}/api/v1/admin/products/${path}`, { ...init, headers });
  };
  const send = (file: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    call('imports', {
      method: 'POST',
      body: file,
      headers: { 'content-type': 'text/csv', ...headers },
      duplex: 'half',
    } as RequestInit & {
      headers: Record<string, string>;
    });
  const json = async <T>(answer: Promise<Response> | Response): Promise<T> => (await answer).json() as Promise<T>;
  const look = (id: string) => json<Import>(call(`imports/${id}`));
  const over = (id: string) =>
    waitFor(
      'the import is over',
      async () => {
        const found = await look(id);
        return ['done', 'cancelled'].includes(found.status) ? found : undefined;
      },
      DONE_WITHIN_MS,
    );
  const imported = async (file: string | Uint8Array<ArrayBuffer>) => {
    const answer = await send(file);
    expect(answer.status).to.equal(202);
    const { id } = await json<Import>(answer);
    expect(answer.headers.get('location')).to.equal(`/api/v1/admin/products/imports/${id}`);
    return over(id);
  };
  const counts = ({ created, updated, unchanged, failed }: Import) => ({ created, updated, unchanged, failed });
  const reports = async (id: string, outcome: string) =>
    (await json<Page<Report>>(call(`imports/${id}/rows?outcome=${outcome}&limit=100`))).data;

  /** A product with so many variants; two units of each come in. */
  function fileOf(slug: string, variants: number, price = '499.00'): string {
    const rows = Array.from({ length: variants }, (_, index) => {
      const product = index === 0 ? 'Kurta,Cotton,Fab,6109,apparel,active,,,' : ',,,,,,,,';
      return `${slug},${product},${slug}-${index},${index},,${price},200,,,2`;
    });
    return [HEADER, ...rows, ''].join('\n');
  }

  it('come in by a job, are sold at once, and change nothing the second time', async () => {
    const slug = `imported-${randomUUID()}`;
    const file = fileOf(slug, 3);
    expect(counts(await imported(file))).to.deep.equal({ created: 3, updated: 0, unchanged: 0, failed: 0 });
    const { body } = await flow.shop.ask<{ variants: { sku: string; price: number; available: number }[] }>(
      'GET',
      `/products/${slug}`,
    );
    expect(body.variants.map(({ sku, price, available }) => [sku, price, available])).to.deep.equal(
      [0, 1, 2].map((index) => [`${slug}-${index}`, 49_900, 2]),
    );
    expect(counts(await imported(file))).to.deep.equal({ created: 0, updated: 0, unchanged: 3, failed: 0 });
    expect(counts(await imported(fileOf(slug, 3, '449.5')))).to.deep.equal({
      created: 0,
      updated: 3,
      unchanged: 0,
      failed: 0,
    });
  });

  it('say in what units a product is counted; a file without that leaves it', async () => {
    const slug = `imported-${randomUUID()}`;
    const file = fileOf(slug, 1);
    const [header, row] = file.split('\n');
    const unit = () => flow.books.query(`select uqc from products where slug = $1`, [slug]);
    await imported(file);
    expect(await unit()).to.deep.equal([{ uqc: 'NOS' }]);
    expect(counts(await imported(`${header},uqc\n${row},SET\n`))).to.include({ updated: 1, failed: 0 });
    expect(counts(await imported(file))).to.include({ unchanged: 1 });
    expect(await unit()).to.deep.equal([{ uqc: 'SET' }]);
    expect(counts(await imported(`${header},uqc\n${row},PIECES\n`))).to.include({ failed: 1 });
  });

  it('are reported row by row: what is wrong where, and the good rows come in all the same', async () => {
    const slug = `imported-${randomUUID()}`;
    const good = fileOf(slug, 1).trimEnd();
    const rows = [
      `${slug},,,,,,,,,,${slug}-x,,,12.345,,,,`,
      '',
      `nowhere-${slug},,,,,,,,,,${slug}-y,,,10,,,,`,
      `${slug}-2,Kurta,,,61,none,sold,,,,,,,,,,,`,
      `${slug}-3,"=HYPERLINK(""x"")",,,6109,apparel,active,no-such-shelf,,,${slug}-z,,,5,,0,,`,
      `${slug},too,few`,
    ];
    const { id, ...result } = await imported([good, ...rows].join('\r\n'));
    expect(counts({ id, ...result })).to.deep.equal({ created: 1, updated: 0, unchanged: 0, failed: 5 });
    const failed = await reports(id, 'failed');
    expect(failed.map(({ row, problems }) => [row, problems.map(({ column }) => column)])).to.deep.equal([
      [3, ['price']],
      [5, ['slug']],
      [6, ['hsn', 'status']],
      [7, ['maxPerOrder']],
      [8, ['']],
    ]);
    const asFile = await call(`imports/${id}/rows?outcome=failed`, { headers: { accept: 'text/csv' } });
    expect(asFile.headers.get('content-type')).to.match(/^text\/csv/);
    expect((await asFile.text()).split('\n').slice(1, 3)).to.deep.equal([
      '3,failed,price,"""12.345"" is not an amount like 499.00"',
      `5,failed,slug,"there is no product ""nowhere-${slug}"": a row with its title must come first"`,
    ]);
  });

  it('go out as a file that comes in again without a change, whatever the texts hold', async () => {
    const slug = `imported-${randomUUID()}`;
    const text = '"=1+1, ""quoted""\n-second line"';
    const media = '"[{""url"":""https://example.com/a.jpg"",""alt"":""a | b""}]"';
    await imported(
      `${HEADER}\n${slug},${text},${text},'@x,6109,apparel,draft,,"{""fabric"":""cotton""}",${media},${slug}-1,M,,0.05,0,3,4,7\n`,
    );
    const exported = await call('export');
    expect(exported.headers.get('content-disposition')).to.equal('attachment; filename="products.csv"');
    const file = await exported.text();
    expect(file).to.include(`${slug}-1,M,,0.05,0,3,4,active,,7`);
    const again = await imported(file);
    expect(counts(again)).to.deep.equal({ created: 0, updated: 0, unchanged: again.rows, failed: 0 });
    expect(again.rows).to.be.above(40);
  });

  it('are refused as a whole when they cannot be read, and nothing is kept of them', async () => {
    const cases: [file: string | Uint8Array<ArrayBuffer>, problem: RegExp][] = [
      ['', /has no rows/],
      [HEADER, /has no rows/],
      ['slug,titel\na,b', /the column title is missing/],
      [`${HEADER},slug\n`, /the column slug appears twice/],
      [`${HEADER}\n"open`, /breaks the quotes/],
      [new Uint8Array([...new TextEncoder().encode(`${HEADER}\n`), 0xff, 0xfe]), /is not UTF-8/],
      [`${HEADER}\na\0b`, /cannot be stored/],
      [`${HEADER}\n"${'x'.repeat(300_000)}"`, /has a row of more than/],
    ];
    for (const [file, problem] of cases) {
      const answer = await send(file);
      const { error } = await json<{ error: { code: string; details: unknown } }>(answer);
      expect([answer.status, error.code]).to.deep.equal([422, 'IMPORT_UNREADABLE']);
      expect(JSON.stringify(error.details)).to.match(problem);
    }
    const other = await send('{}', { 'content-type': 'application/json' });
    expect(other.status).to.equal(415);
    const { error } = await json<{ error: { message: string } }>(other);
    expect(error.message).to.equal('The media type is not supported. Send the body as text/csv.');
    expect(await flow.books.query(`select 1 from product_imports where status = 'receiving'`)).to.deep.equal([]);
  });

  it('of which the client leaves before their end are forgotten, and that is no fault of ours', async () => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/csv' };
    const sending = request(`${flow.stack.url}/api/v1/admin/products/imports`, { method: 'POST', headers });
    const gone = new Promise((done) => sending.once('close', done));
    sending.on('error', () => undefined);
    sending.write(fileOf('half', 2_000));
    const receiving = async () => flow.books.query(`select 1 from product_imports where status = 'receiving'`);
    await waitFor('the file is coming in', async () => (await receiving()).length === 1);
    sending.destroy();
    await gone;
    await waitFor('it is forgotten', async () => (await receiving()).length === 0);
    const logs = await readdir(flow.logs);
    const texts = await Promise.all(logs.map((name) => readFile(join(flow.logs, name), 'utf8')));
    const failed = texts.flatMap((text) => text.split('\n').filter((line) => line.includes('http.failed')));
    expect(failed).to.deep.equal([]);
  });

  it('with an Idempotency-Key come in once; the key does not fit another file', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const file = fileOf(`imported-${randomUUID()}`, 1);
    const answers = await Promise.all([1, 2, 3].map(() => send(file, headers)));
    const ids = await Promise.all(answers.map((answer) => json<Import>(answer).then(({ id }) => id)));
    expect(new Set(ids).size).to.equal(1);
    expect((await send(fileOf('another', 1), headers)).status).to.equal(422);
    await over(ids[0] ?? '');
    expect(await flow.books.query(`select 1 from product_imports where status = 'receiving'`)).to.deep.equal([]);
  });

  it('come in one after the other, also when they are about the same goods', async () => {
    const slug = `imported-${randomUUID()}`;
    const prices = ['100.00', '200.00', '300.00'];
    const sent = await Promise.all(prices.map((price) => send(fileOf(slug, 450, price)).then(json<Import>)));
    const ended = await Promise.all(sent.map(({ id }) => over(id)));
    expect(ended.map(({ status, failed }) => [status, failed])).to.deep.equal(prices.map(() => ['done', 0]));
    expect(ended.reduce((sum, { created }) => sum + created, 0)).to.equal(450);
    const [{ units, kinds } = { units: 0, kinds: 0 }] = await flow.books.query<{ units: number; kinds: number }>(
      `select sum(s.on_hand)::int as units, count(distinct v.price)::int as kinds from variants v
        join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id where p.slug = $1`,
      [slug],
    );
    expect({ units, kinds }).to.deep.equal({ units: 900, kinds: 1 });
  });

  it('can be ended before their last row; what came in stays, and the next import begins', async () => {
    const slug = `imported-${randomUUID()}`;
    const { id } = await json<Import>(send(fileOf(slug, 3_000)));
    const next = await json<Import>(send(fileOf(`${slug}-next`, 1)));
    const answer = await call(`imports/${id}/cancel`, { method: 'POST' });
    expect(answer.status).to.equal(200);
    const { status, worked } = await json<Import>(answer);
    expect(status).to.equal('cancelled');
    expect((await call(`imports/${id}/cancel`, { method: 'POST' })).status).to.equal(409);
    expect(counts(await over(next.id))).to.deep.equal({ created: 1, updated: 0, unchanged: 0, failed: 0 });
    expect((await look(id)).worked)
      .to.equal(worked)
      .and.below(3_000);
    const actions = await flow.books.query<{ action: string }>(
      `select action from audit_log where target_type = 'import' and target_id = $1 order by id`,
      [id],
    );
    expect(actions.map(({ action }) => action)).to.deep.equal(['import.start', 'import.cancel']);
  });
});
