import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { openPeopleShop } from './people-shop.ts';

describe('the API document of the whole house', function () {
  // Most of it is the validator, which compiles the schema of OpenAPI, and the first making of the document.
  this.timeout(60_000);
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

  it('declares what the server demands of a body beyond the types of its fields', async () => {
    const shop = await openPeopleShop();
    try {
      const { paths, components } = await (await fetch(`${shop.url}/api/v1/openapi.json`)).json();
      const bodyOf = (path: string, method = 'post') =>
        paths[`/api/v1${path}`][method].requestBody.content['application/json'].schema;
      const [process, cancel] = bodyOf('/admin/orders/{id}/transitions').anyOf;
      expect([process.required, cancel.required]).to.deep.equal([['command'], ['command', 'reason']]);
      const refunds: { required: string[] }[] = bodyOf('/admin/orders/{id}/refunds').anyOf;
      expect(refunds.map(({ required }) => required)).to.deep.equal([['lines'], ['delivery'], ['amount']]);
      const adjust = bodyOf('/admin/variants/{id}/inventory/adjust');
      expect(adjust.oneOf).to.deep.equal([{ required: ['delta'] }, { required: ['counted'] }]);
      expect(adjust.properties.delta.not).to.deep.equal({ const: 0 });
      const { state, postalCode } = components.schemas.Address.properties;
      expect(state.enum).to.include.members(['IN-KA', 'IN-OR']).and.to.have.length(42);
      expect(postalCode.pattern).to.equal('^[1-9][0-9]{2} ?[0-9]{3}$');
      const orNull = bodyOf('/store/cart/{id}/shipping', 'put').properties.state;
      expect(JSON.stringify(orNull)).to.contain(JSON.stringify(state.enum));
      expect(bodyOf('/store/account/reviews/{id}', 'patch').minProperties).to.equal(1);
      expect(components.schemas.Preferences.maxProperties).to.equal(50);
      const { parameters, responses } = paths['/api/v1/admin/reviews/policy'].put;
      expect(parameters).to.deep.include({ $ref: '#/components/parameters/IfMatch' });
      expect(responses).to.include.keys('412', '428');
    } finally {
      await shop.close();
    }
  });
});
