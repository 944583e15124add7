import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { refuseTakenName } from '../access/roles.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { requireVersion } from '../version.ts';
import { name } from './conditions.ts';
import {
  classSchema,
  code,
  insertRates,
  rateSchema,
  readClass,
  readClasses,
  refuseGaps,
  replaceRates,
} from './tax-class-rates.ts';

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
    handle: async () => ({ status: 200, body: { data: await readClasses(db.query) } }),
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
    handle: async (call) => versioned(await readClass(db.query, call.params.code)),
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
        refuseGaps(body.rates);
        await tx.query(`insert into tax_classes (code, name) values ($1, $2)`, [body.code, body.name]);
        await insertRates(tx, body.code, body.rates);
        const answer = versioned(await readClass(tx.query, body.code), 201);
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
      const [id, { name: newName, rates }] = [call.params.code, call.body];
      const work = async (tx: Tx) => {
        await tx.query(`select 1 from tax_classes where code = $1 for update`, [id]);
        const before = await readClass(tx.query, id);
        requireVersion(call, before.version);
        if (rates) await replaceRates(tx, before, rates);
        const update = `update tax_classes set name = coalesce($2, name), version = version + 1 where code = $1`;
        await tx.query(update, [id, newName ?? null]);
        const after = await readClass(tx.query, id);
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
        await tx.query(`select 1 from tax_classes where code = $1 for update`, [id]);
        const before = await readClass(tx.query, id);
        const users = `select 1 from products where tax_class = $1 union all select 1 from shipping_methods where tax_class = $1 limit 1`;
        if ((await tx.query(users, [id])).length > 0)
          throw refused('IN_USE', { instead: 'give its products and shipping methods another tax class first' });
        await tx.query(`delete from tax_rates where tax_class = $1`, [id]);
        await tx.query(`delete from tax_classes where code = $1`, [id]);
        return { answer: noContent, target: { type: 'tax-class', id }, before, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'tax-class.remove', scope: id, work }));
    },
  });
