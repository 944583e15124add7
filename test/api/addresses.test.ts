import { expect } from 'chai';
import type { AddressView } from '../../src/entities/account/address.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU, MUMBAI } from '../support/address.ts';
import { type Customer, openPeopleShop, type PeopleShop, type Refused, type Tokens } from './people-shop.ts';

const PATH = '/store/account/addresses';

describe('the addresses of a customer', function () {
  this.timeout(30_000);
  let shop: PeopleShop;
  let asha: Customer;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());
  beforeEach(async () => {
    asha = await shop.register();
  });

  const refusals = (answer: { status: number; body: Refused }) => [answer.status, answer.body.error.code];
  const add = (body: object = BENGALURU, { accessToken }: Tokens = asha) =>
    shop.ask<AddressView & Refused>('POST', PATH, { token: accessToken, body });
  const at = (method: string, id: string, { by = asha, ...request }: { by?: Tokens; body?: object } = {}) =>
    shop.ask<AddressView & Refused>(method, `${PATH}/${id}`, { token: by.accessToken, ...request });
  const list = async ({ accessToken }: Tokens = asha) =>
    (await shop.ask<{ data: AddressView[] }>('GET', PATH, { token: accessToken })).body.data;
  const defaults = async () => (await list()).filter(({ isDefault }) => isDefault).map(({ id }) => id);

  it('are kept, read, written anew and forgotten', async () => {
    const { status, body: kept } = await add();
    expect([status, kept]).to.deep.equal([201, { ...BENGALURU, id: kept.id, isDefault: true, version: 1 }]);
    expect((await at('GET', kept.id)).body).to.deep.equal(kept);
    const changed = await at('PATCH', kept.id, { body: { address: MUMBAI } });
    expect([changed.status, changed.body]).to.deep.equal([
      200,
      { ...MUMBAI, id: kept.id, isDefault: true, version: 2 },
    ]);
    expect(await list()).to.deep.equal([changed.body]);
    expect((await at('DELETE', kept.id)).status).to.equal(204);
    expect(await list()).to.deep.equal([]);
  });

  it('are no longer there once they are forgotten', async () => {
    const { id } = (await add()).body;
    await at('DELETE', id);
    const body = { isDefault: true };
    for (const answer of [await at('GET', id), await at('DELETE', id), await at('PATCH', id, { body })]) {
      expect(refusals(answer)).to.deep.equal([404, 'ADDRESS_NOT_FOUND']);
    }
  });

  it('have one default: the first, until another is made it or it is forgotten', async () => {
    const first = (await add()).body.id;
    const second = (await add(MUMBAI)).body.id;
    const third = (await add({ ...MUMBAI, isDefault: true })).body.id;
    expect((await list()).map(({ id, isDefault }) => [id, isDefault])).to.deep.equal([
      [third, true],
      [second, false],
      [first, false],
    ]);
    await at('PATCH', first, { body: { isDefault: true } });
    expect(await defaults()).to.deep.equal([first]);
    await at('DELETE', first);
    expect(await defaults()).to.deep.equal([third]);
  });

  it('keep their default when an address is to be it that is not there', async () => {
    const { id } = (await add()).body;
    expect((await at('PATCH', newId(), { body: { isDefault: true } })).status).to.equal(404);
    expect(await defaults()).to.deep.equal([id]);
  });

  it('have one default also when ten are made it at once', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, async () => (await add()).body.id));
    expect(await defaults()).to.have.lengthOf(1);
    const answers = await Promise.all(ids.map((id) => at('PATCH', id, { body: { isDefault: true } })));
    expect(answers.map(({ status, body }) => [status, body.isDefault])).to.deep.equal(Array(10).fill([200, true]));
    expect(await defaults()).to.have.lengthOf(1);
  });

  it('have one default also when ten come and five go at once', async () => {
    const old = await Promise.all(Array.from({ length: 5 }, async () => (await add()).body.id));
    await Promise.all([
      ...old.map((id) => at('DELETE', id)),
      ...Array.from({ length: 10 }, () => add({ ...MUMBAI, isDefault: true })),
    ]);
    expect(await list()).to.have.lengthOf(10);
    expect(await defaults()).to.have.lengthOf(1);
  });

  it('are nobody else’s', async () => {
    const { id } = (await add()).body;
    const by = await shop.register();
    const body = { isDefault: true, address: MUMBAI };
    for (const answer of [
      await at('GET', id, { by }),
      await at('PATCH', id, { by, body }),
      await at('DELETE', id, { by }),
    ]) {
      expect(refusals(answer)).to.deep.equal([404, 'ADDRESS_NOT_FOUND']);
    }
    expect(await list(by)).to.deep.equal([]);
    expect(await list()).to.deep.equal([{ ...BENGALURU, id, isDefault: true, version: 1 }]);
  });

  describe('which staff change', () => {
    let token: string;
    let path: string;
    let address: AddressView;
    beforeEach(async () => {
      token = (await shop.staff('support')).accessToken;
      path = `/admin/customers/${asha.customer.id}/addresses`;
      const added = await shop.ask<AddressView>('POST', path, { token, body: BENGALURU });
      address = added.body;
      expect([added.headers.get('etag'), address.version]).to.deep.equal(['"1"', 1]);
    });
    const change = (version: string | undefined, body: object) =>
      shop.ask<AddressView & Refused>('PATCH', `${path}/${address.id}`, {
        token,
        body,
        ...(version && { headers: { 'if-match': version } }),
      });

    it('are refused without the version that was read, and with an outdated one', async () => {
      expect(refusals(await change(undefined, { address: MUMBAI }))).to.deep.equal([428, 'VERSION_REQUIRED']);
      expect((await at('PATCH', address.id, { body: { address: MUMBAI } })).body.version).to.equal(2);
      const outdated = await change('"1"', { address: BENGALURU });
      expect(refusals(outdated)).to.deep.equal([412, 'VERSION_MISMATCH']);
      expect([outdated.headers.get('etag'), outdated.body.error.details]).to.deep.equal(['"2"', { current: 2 }]);
      expect(await list()).to.deep.equal([{ ...MUMBAI, id: address.id, isDefault: true, version: 2 }]);
    });

    it('have a new version after each change, also when another address becomes the default', async () => {
      const changed = await change('"1"', { address: MUMBAI });
      expect([changed.status, changed.headers.get('etag'), changed.body.version]).to.deep.equal([200, '"2"', 2]);
      const second = await shop.ask<AddressView>('POST', path, { token, body: { ...MUMBAI, isDefault: true } });
      const { data } = (await shop.ask<{ data: AddressView[] }>('GET', path, { token })).body;
      expect(data.map(({ id, isDefault, version }) => [id, isDefault, version])).to.deep.equal([
        [second.body.id, true, 1],
        [address.id, false, 3],
      ]);
      expect((await change('"3"', { isDefault: true })).body).to.include({ isDefault: true, version: 4 });
      expect(await defaults()).to.deep.equal([address.id]);
    });
  });

  it('are only for who is signed in as a customer', async () => {
    expect(refusals(await shop.ask('GET', PATH))).to.deep.equal([401, 'AUTHENTICATION_REQUIRED']);
    const { accessToken } = await shop.staff('support');
    expect(refusals(await shop.ask('GET', PATH, { token: accessToken }))).to.deep.equal([403, 'FORBIDDEN']);
  });

  it('are sealed in the table, each for its own row', async () => {
    const [one, other] = [(await add()).body.id, (await add(MUMBAI)).body.id];
    const rows = await shop.db.query<{ id: string; address: string }>(
      'select id, address from addresses where id = any($1) order by id',
      [[one, other]],
    );
    const text = JSON.stringify(rows);
    for (const clear of [BENGALURU.name, BENGALURU.line1, MUMBAI.city, '400050']) expect(text).not.to.include(clear);
    const { ring } = shop.deps.vault;
    const sealed = rows.find(({ id }) => id === one)?.address ?? '';
    expect(JSON.parse(ring.open(sealed, `addresses.address:${one}`))).to.deep.equal(BENGALURU);
    expect(() => ring.open(sealed, `addresses.address:${other}`)).to.throw();
  });

  it('are fifty at most, also when sixty are kept at once', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => add()));
    expect(answers.filter(({ status }) => status === 201)).to.have.lengthOf(50);
    const refused = answers.filter(({ status }) => status !== 201).map(refusals);
    expect(refused).to.deep.equal(Array(10).fill([422, 'QUANTITY_LIMIT_EXCEEDED']));
    expect(await list()).to.have.lengthOf(50);
  });

  it('are added once, though the request comes twice with the same key', async () => {
    const headers = { 'idempotency-key': newId() };
    const keep = () => shop.ask<AddressView>('POST', PATH, { token: asha.accessToken, body: BENGALURU, headers });
    const [first, again] = [await keep(), await keep()];
    expect(again.body).to.deep.equal(first.body);
    expect(await list()).to.have.lengthOf(1);
  });

  it('are refused when they are none, naming what is wrong', async () => {
    const answer = await add({ ...BENGALURU, postalCode: 'x' });
    expect(refusals(answer)).to.deep.equal([400, 'VALIDATION_FAILED']);
    expect(JSON.stringify(answer.body)).to.include('postalCode');
  });

  it('are kept with the PIN code in six digits and the state in the code of today', async () => {
    for (const state of ['IN-DN', 'IN-DD']) {
      const { status, body } = await add({ ...BENGALURU, city: 'Daman', state, postalCode: '396 210' });
      expect([status, body.state, body.postalCode]).to.deep.equal([201, 'IN-DH', '396210']);
    }
  });

  it('are refused when the PIN code belongs to another state, naming the state', async () => {
    const answer = await add({ ...BENGALURU, state: 'IN-MH' });
    expect(refusals(answer)).to.deep.equal([400, 'VALIDATION_FAILED']);
    expect(answer.body.error.details).to.deep.equal([
      {
        where: 'body.postalCode',
        problem: 'belongs to Karnataka (IN-KA), not to Maharashtra',
        expected: 'a PIN code of IN-MH',
      },
    ]);
    const unknown = await add({ ...BENGALURU, state: 'KA' });
    expect(unknown.body.error.details).to.deep.equal([
      { where: 'body.state', problem: 'must be the ISO 3166-2 code of an Indian state, e.g. "IN-KA"' },
    ]);
    for (const wrong of [
      { name: '\u200b' },
      { line1: '12 MG\u0000Road' },
      { city: '\u202eBengaluru' },
      { phone: '----------' },
    ]) {
      expect(refusals(await add({ ...BENGALURU, ...wrong })), JSON.stringify(wrong)).to.deep.equal([
        400,
        'VALIDATION_FAILED',
      ]);
    }
    const changed = await at('PATCH', (await add()).body.id, {
      body: { address: { ...MUMBAI, postalCode: '560 001' } },
    });
    expect(refusals(changed)).to.deep.equal([400, 'VALIDATION_FAILED']);
  });
});
