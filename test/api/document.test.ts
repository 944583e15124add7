import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { openPeopleShop } from './people-shop.ts';

describe('the API document of the whole house', () => {
  it('is valid OpenAPI 3.1, with an operation id of its own for every route', async () => {
    const shop = await openPeopleShop();
    try {
      const document = JSON.parse(await (await fetch(`${shop.url}/api/v1/openapi.json`)).text());
      const { valid, errors } = await new Validator().validate(structuredClone(document));
      expect(valid, JSON.stringify(errors)).to.equal(true);
      const operations = Object.values<object>(document.paths).flatMap((methods) => Object.values(methods));
      const ids = operations.map((operation) => Reflect.get(operation, 'operationId'));
      expect(new Set(ids).size).to.equal(ids.length);
      expect(ids).to.have.length(shop.routes.length + 1);
    } finally {
      await shop.close();
    }
  });
});
