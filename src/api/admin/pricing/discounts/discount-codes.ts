import { z } from 'zod';
import type { Tx } from '../../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../../deps.ts';
import { type AnyRoute, route } from '../../../http/route.ts';
import { codeSchema } from '../../../store/pricing/code.ts';
import { adminEdit, created, noContent } from '../../change.ts';
import { lockOne, readOne } from '../../resources/managed-resource.ts';
import { DISCOUNTS } from './discounts.ts';

const PATH = '/api/v1/admin/discounts/{id}/codes';
const MAX_GENERATED = 10_000;

const common = { tag: DISCOUNTS.tag, permission: 'discounts:manage', access: 'staff' } as const;
const params = z.object({ id: z.uuid() });

const codeRow = z
  .object({
    code: z.string(),
    maxUses: z.int().nullable(),
    used: z.int().meta({ description: 'Uses, held and consumed.' }),
  })
  .meta({ id: 'DiscountCode' });
type CodeRow = z.infer<typeof codeRow>;

const codesSchema = z.object({ count: z.int(), codes: z.array(z.string()) });

/** The codes of a discount. */
export const discountCodeRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), add(deps), generate(deps), remove(deps)];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'List the codes of a discount in alphabetical order',
    params,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
      cursor: z.string().max(40).optional().meta({ description: '`nextCursor` of the previous page: its last code.' }),
    }),
    answers: {
      200: {
        description: 'A page of codes',
        schema: z.object({ data: z.array(codeRow), nextCursor: z.string().nullable() }),
      },
    },
    errors: ['DISCOUNT_NOT_FOUND'],
    async handle({ params: { id }, query: { limit, cursor = '' } }) {
      await readOne(db.query, DISCOUNTS, id);
      const rows = await db.search<CodeRow>(
        `select code, max_uses as "maxUses", (select count(*)::int from discount_redemptions r
            where r.discount_id = c.discount_id and r.code = c.code and r.status <> 'released') as used
          from discount_codes c where discount_id = $1 and code > $2 order by code limit $3`,
        [id, cursor, limit + 1],
      );
      const data = rows.slice(0, limit);
      return { status: 200, body: { data, nextCursor: rows.length > limit ? (data.at(-1)?.code ?? null) : null } };
    },
  });

const add = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: PATH,
    summary: 'Add codes to a discount',
    params,
    description: 'Adds all codes, or none if one exists already.',
    body: z.strictObject({
      codes: z.array(codeSchema).min(1).max(1_000),
      maxUses: z
        .int()
        .min(1)
        .max(1_000_000)
        .nullable()
        .default(null)
        .meta({ description: 'Uses of each code; null: no limit.' }),
    }),
    answers: { 201: { description: 'The added codes', schema: codesSchema } },
    errors: ['DISCOUNT_NOT_FOUND', 'NAME_TAKEN'],
    idempotent: true,
    handle(call) {
      const { id } = call.params;
      const { codes, maxUses } = call.body;
      const work = async (tx: Tx) => {
        const discount = await lockOne(tx, DISCOUNTS, { id });
        await discount.addCodes(tx, { codes, maxUses });
        const target = { type: 'discount', id };
        return { answer: created({ count: codes.length, codes }), target, before: null, after: { codes, maxUses } };
      };
      return adminEdit(deps, call, { action: 'discount.add-codes', scope: id, work });
    },
  });

const generate = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'post',
    path: `${PATH}/generate`,
    summary: `Generate up to ${MAX_GENERATED} random codes for a discount`,
    params,
    body: z.strictObject({
      count: z.int().min(1).max(MAX_GENERATED),
      prefix: codeSchema.or(z.literal('')).default('').meta({ description: 'Prefix of each code, e.g. `DIWALI-`.' }),
      length: z
        .int()
        .min(8)
        .max(20)
        .default(10)
        .meta({ description: 'Random characters after the prefix. Default: 10.' }),
      maxUses: z
        .int()
        .min(1)
        .max(1_000_000)
        .nullable()
        .default(1)
        .meta({ description: 'Uses of each code; null: no limit. Default: 1.' }),
    }),
    answers: { 201: { description: 'The generated codes', schema: codesSchema } },
    errors: ['DISCOUNT_NOT_FOUND', 'CONTRADICTION'],
    idempotent: true,
    handle(call) {
      const { id } = call.params;
      const { count, maxUses, prefix, length } = call.body;
      const work = async (tx: Tx) => {
        const discount = await lockOne(tx, DISCOUNTS, { id });
        const codes = await discount.generateCodes(tx, { count, prefix: prefix.slice(0, 20), length, maxUses });
        const target = { type: 'discount', id };
        return {
          answer: created({ count, codes }),
          target,
          before: null,
          after: { generated: count, prefix, maxUses },
        };
      };
      return adminEdit(deps, call, { action: 'discount.generate-codes', scope: id, work });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{code}`,
    summary: 'Delete a code of a discount',
    description: 'Nobody can enter the code any more; carts that contain it show that it no longer applies.',
    params: params.extend({ code: codeSchema }),
    answers: { 204: { description: 'Deleted' } },
    errors: ['DISCOUNT_NOT_FOUND', 'DISCOUNT_CODE_NOT_FOUND'],
    handle(call) {
      const { id, code } = call.params;
      const work = async (tx: Tx) => {
        const discount = await lockOne(tx, DISCOUNTS, { id });
        await discount.removeCode(tx, code);
        return { answer: noContent, target: { type: 'discount', id }, before: { code }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'discount.remove-code', scope: id, work }));
    },
  });
