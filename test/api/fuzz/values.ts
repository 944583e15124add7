import fc from 'fast-check';
import { z } from 'zod';

/** The part of JSON Schema that zod writes for our bodies. */
interface Shape {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Shape[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  $ref?: string;
  $defs?: Record<string, Shape>;
}

/** What a rule in code wants, which no schema can say. */
const KNOWN: Record<string, string> = { state: 'IN-KA', postalCode: '560001', phone: '+91 98450 12345' };

/** Bodies that have the shape a route asks for, or nearly: what code checks beyond it may still refuse them. */
export function bodiesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  return valuesOf(shape, shape.$defs ?? {});
}

function valuesOf(shape: Shape, defs: Record<string, Shape>): fc.Arbitrary<unknown> {
  if (shape.$ref) return valuesOf(defs[shape.$ref.split('/').at(-1) ?? ''] ?? {}, defs);
  if ('const' in shape) return fc.constant(shape.const);
  if (shape.enum) return fc.constantFrom(...shape.enum);
  if (shape.anyOf) return fc.oneof(...shape.anyOf.map((one) => valuesOf(one, defs)));
  switch (shape.type) {
    case 'object':
      return objectsOf(shape, defs);
    case 'array':
      return fc.array(valuesOf(shape.items ?? {}, defs), { minLength: 1, maxLength: 3 });
    case 'string':
      return textsOf(shape);
    case 'integer':
    case 'number':
      return fc.integer({ min: shape.minimum ?? 0, max: Math.min(shape.maximum ?? 1_000, 1_000_000) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

function objectsOf({ properties = {}, required = [] }: Shape, defs: Record<string, Shape>): fc.Arbitrary<object> {
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => {
      const known = KNOWN[name];
      return [name, known === undefined ? valuesOf(inner, defs) : fc.constant(known)];
    }),
  );
  return fc.record(model, { requiredKeys: required }).map((value) => ({ ...value }));
}

function textsOf({ format, pattern, minLength = 0, maxLength = 40 }: Shape): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'email') return fc.nat().map((number) => `fuzz-${number}@example.com`);
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength: Math.max(minLength, 1), maxLength: Math.max(Math.min(maxLength, 40), minLength) });
}
