import { z } from 'zod';
import {
  changeTaxClass,
  createTaxClass,
  lockTaxClass,
  readTaxClass,
  readTaxClasses,
  removeTaxClass,
} from '../../../entities/offers/tax-class.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { paise } from '../../fields/amounts.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { refuseTakenName } from '../taken-name.ts';
import { requireVersion } from '../version.ts';
import { name } from './conditions.ts';

const code = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens between')
  .max(60);

const rateSchema = z
  .strictObject({
    validFrom: z.iso
      .datetime({ offset: true })
      .meta({ description: 'When the rate takes effect. The slabs with this time replace all earlier slabs.' }),
    minUnitPrice: paise.meta({
      description:
        'Lowest unit value of the slab in paise, without tax and after discounts. Example: after a slab "not exceeding ₹2,500", the next slab begins at 250001.',
    }),
    percent: z.string().regex(/^\d{1,3}(\.\d{1,4})?$/, 'must be a percent like "18" or "0.25"'),
  })
  .meta({ id: 'TaxRate' });

const classSchema = z
  .object({ code, name, rates: z.array(rateSchema), version: z.int() })
  .meta({ id: 'TaxClass', description: 'A class of goods with its tax rates over time.' });
const PATH = '/api/v1/admin/tax-classes';
const common = { tag: 'Tax classes', permission: 'price-lists:manage', access: 'staff' } as const;
const params = z.object({ code });
const classAnswer = { description: 'The tax class', schema: classSchema };

/** Tax classes: GST rates by date and unit price. Rates of the past cannot change. */
export const taxClassRoutes = (deps: ApiDeps): AnyRoute[] => [
  list(deps),
  read(deps),
  create(deps),
  change(deps),
  remove(deps),
];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'List all tax classes',
    answers: { 200: { description: 'All tax classes', schema: z.object({ data: z.array(classSchema) }) } },
    handle: async () => ({ status: 200, body: { data: await readTaxClasses(db.query) } }),
  });

const read = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: `${PATH}/{code}`,
    summary: 'Retrieve a tax class',
    params,
    answers: { 200: classAnswer },
    errors: ['TAX_CLASS_NOT_FOUND'],
    handle: async (call) => versioned(await readTaxClass(db.query, call.params.code)),
  });

const create = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    summary: 'Create a tax class',
    body: z.strictObject({ code, name, rates: z.array(rateSchema).min(1).max(100) }),
    answers: { 201: classAnswer },
    errors: ['NAME_TAKEN', 'CONTRADICTION'],
    idempotent: true,
    handle(call) {
      const { body } = call;
      const work = async (tx: Tx) => {
        await createTaxClass(tx, body);
        const answer = versioned(await readTaxClass(tx.query, body.code), 201);
        return { answer, target: { type: 'tax-class', id: body.code }, before: null, after: body };
      };
      return adminEdit(deps, call, { action: 'tax-class.create', scope: 'new', work }).catch(refuseTakenName);
    },
  });

const change = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'patch',
    path: `${PATH}/{code}`,
    versioned: true,
    summary: 'Update the name or the rates of a tax class',
    description: 'Send all rates: those in effect already must stay as they are.',
    params,
    body: z.strictObject({ name: name.optional(), rates: z.array(rateSchema).min(1).max(100).optional() }),
    answers: { 200: classAnswer },
    errors: ['TAX_CLASS_NOT_FOUND', 'CONTRADICTION'],
    handle(call) {
      const id = call.params.code;
      const work = async (tx: Tx) => {
        const before = await lockTaxClass(tx, id);
        requireVersion(call, before.version);
        await changeTaxClass(tx, before, call.body);
        const after = await readTaxClass(tx.query, id);
        const { version: _, ...old } = before;
        return { answer: versioned(after), target: { type: 'tax-class', id }, before: old, after: call.body };
      };
      return adminEdit(deps, call, { action: 'tax-class.change', scope: id, work });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{code}`,
    summary: 'Delete a tax class that no product or shipping method uses',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['TAX_CLASS_NOT_FOUND', 'IN_USE'],
    handle(call) {
      const id = call.params.code;
      const work = async (tx: Tx) => {
        const before = await lockTaxClass(tx, id);
        await removeTaxClass(tx, id);
        return { answer: noContent, target: { type: 'tax-class', id }, before: { ...before }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'tax-class.remove', scope: id, work }));
    },
  });
