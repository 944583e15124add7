import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { doing, hook, makeBasket, openShop, readBasket, type Shop } from './sample-shop.ts';

interface Operation {
  operationId: string;
  parameters: { name?: string; in?: string; $ref?: string }[];
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}

describe('the API document', () => {
  let shop: Shop;
  let document: { openapi: string; paths: Record<string, Record<string, Operation>>; components: object };
  before(async () => {
    shop = await openShop([readBasket, makeBasket, hook, doing(async () => ({ status: 200 }))]);
    document = JSON.parse(await (await fetch(`${shop.url}/api/v1/openapi.json`)).text());
  });
  after(() => shop.close());

  const operation = (method: string, path: string) => {
    const found = document.paths[path]?.[method];
    if (!found) throw new Error(`${method} ${path} is not in the document`);
    return found;
  };

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document));
    expect(result.errors ?? [], JSON.stringify(result.errors)).to.deep.equal([]);
    expect(result.valid).to.equal(true);
    expect([document.openapi, validator.version]).to.deep.equal(['3.1.0', '3.1']);
  });

  it('refers only to what it holds', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, ref = '']) => ref);
    expect(refs).not.to.have.length(0);
    for (const ref of refs) expect(document, ref).to.have.nested.property(ref.replaceAll('/', '.'));
  });

  it('has every route, itself included, each under its own operation id', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).to.have.members(['getBasketsById', 'postBaskets', 'postHooksByProvider', 'getDo', 'getOpenapiJson']);
  });

  it('describes parameters, bodies and answers by the schemas that check them', () => {
    const { parameters } = operation('get', '/baskets/{id}');
    const named = parameters.filter(({ name }) => name).map((each) => `${each.in} ${each.name}`);
    expect(named).to.have.members(['path id', 'query limit']);
    expect(operation('post', '/baskets')).to.have.nested.property('requestBody.required', true);
    const item = { type: 'object', additionalProperties: false, required: ['variantId', 'quantity'] };
    expect(document.components).to.have.nested.property('schemas.Item').that.deep.includes(item);
  });

  it('says which permission each route needs and how the caller proves it', () => {
    expect(operation('post', '/baskets')).to.deep.include({
      'x-permission': 'cart:read',
      security: [{ cartToken: [] }, { accessToken: [] }, { apiKey: [], cartToken: [] }],
    });
    expect(operation('post', '/hooks/{provider}')).to.deep.include({ security: [{ webhookSignature: [] }] });
    expect(operation('get', '/api/v1/openapi.json')).to.deep.include({ 'x-permission': 'public', security: [] });
    expect(document.components).to.have.nested.property('securitySchemes.cartToken.name', 'X-Cart-Token');
  });

  it('names the headers a route understands', () => {
    const refs = operation('post', '/baskets').parameters.map(({ $ref }) => $ref?.split('/').at(-1));
    expect(refs).to.include.members(['RequestId', 'IdempotencyKey', 'Prefer']);
    expect(operation('get', '/do').parameters.map(({ $ref }) => $ref?.split('/').at(-1))).to.deep.equal(['RequestId']);
    expect(operation('post', '/baskets').responses[200]).to.have.nested.property('headers.Preference-Applied');
    expect(operation('get', '/do').responses[200]).not.to.have.nested.property('headers.Preference-Applied');
  });

  it('lists the errors of a route, its own and those of its kind, in the one format', () => {
    const { responses } = operation('post', '/baskets');
    expect(responses).to.have.all.keys('200', '400', '401', '403', '404', '409', '413', '415', '429', '500', '503');
    expect(responses[409]?.description).to.contain('INSUFFICIENT_INVENTORY');
    expect(responses[400]?.description).to.contain('VALIDATION_FAILED').and.contain('MALFORMED_JSON');
    expect(responses[404]?.content?.['application/json']?.schema).to.deep.equal({ $ref: '#/components/schemas/Error' });
    expect(operation('get', '/do').responses).to.have.all.keys('200', '400', '401', '403', '429', '500', '503');
  });

  it('is served with an ETag', async () => {
    const url = `${shop.url}/api/v1/openapi.json`;
    const first = await fetch(url);
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('content-type')).to.contain('application/json');
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).to.equal(304);
  });
});

describe('the docs page', () => {
  let shop: Shop;
  before(async () => {
    shop = await openShop([]);
  });
  after(() => shop.close());

  it('comes with everything it loads from this server, under a policy without inline scripts', async () => {
    const page = await fetch(`${shop.url}/api/v1/docs`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).to.match(/script-src 'self';/);
    expect(html).not.to.match(/https?:|<script>|\son\w+=/);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
    expect(links).to.have.length(4);
    for (const link of links) {
      const file = await fetch(shop.url + link);
      expect([link, file.status, (await file.arrayBuffer()).byteLength > 50]).to.deep.equal([link, 200, true]);
    }
    expect(await (await fetch(`${shop.url}/api/v1/docs/start.js`)).text()).to.contain("'/api/v1/openapi.json'");
  });

  it("does not serve the rest of the package: its demo page is somebody else's API", async () => {
    for (const file of ['index.html', 'swagger-initializer.js', 'package.json', '..%2fpackage.json']) {
      expect((await fetch(`${shop.url}/api/v1/docs/${file}`)).status, file).to.equal(404);
    }
  });
});
