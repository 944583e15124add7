import { expect } from 'chai';
import type { z } from 'zod';
import { type Describer, openDescriber } from './row-types/columns.ts';
import { withCompiler } from './row-types/compiler.ts';
import { type ComposedStatement, composedStatements, RESOURCES } from './row-types/composed.ts';
import { mistakesIn } from './row-types/mistakes.ts';
import { type TypedStatement, typedStatements } from './row-types/statements.ts';
import { type FreshDatabase, freshDatabase } from './support/database.ts';

describe('row types', () => {
  let fresh: FreshDatabase;
  let describer: Describer;
  let statements: TypedStatement[];
  let composed: ComposedStatement[][];

  before(async function () {
    this.timeout(60_000);
    fresh = await freshDatabase();
    describer = await openDescriber(fresh);
    statements = withCompiler(typedStatements);
    composed = await composedStatements();
  });

  after(async () => {
    await describer?.close();
    await fresh?.close();
  });

  const isOf =
    ({ path, line }: TypedStatement) =>
    (one: ComposedStatement) =>
      one.path === path && one.line === line;

  it('have the columns of their statements, with their kinds of values', async function () {
    this.timeout(60_000);
    const mistakes = new Set<string>();
    for (const statement of statements) {
      const texts =
        statement.texts ??
        composed
          .flat()
          .filter(isOf(statement))
          .map(({ text }) => text);
      for (const text of texts) {
        const columns = await describer.columnsOf(text).catch((error: Error) => error);
        const found =
          columns instanceof Error ? [`cannot be prepared: ${columns.message}`] : mistakesIn(statement, columns);
        for (const what of found) mistakes.add(`${statement.path}:${statement.line} ${what}`);
      }
    }
    expect([...mistakes], `\n${[...mistakes].join('\n')}\n`).to.deep.equal([]);
  });

  it('are found for all statements, those that are composed at run time included', () => {
    expect(statements.length).to.be.at.least(180);
    const unknown = statements.filter(({ texts }) => texts === undefined);
    const missed = unknown.filter((statement) => !composed.flat().some(isOf(statement)));
    expect(missed.map(({ path, line }) => `${path}:${line}`)).to.deep.equal([]);
    const needless = composed.filter((recorded) => !unknown.some((statement) => recorded.some(isOf(statement))));
    expect(needless, 'functions that are not needed').to.deep.equal([]);
  });

  it('of resources are the schemas of their answers', async () => {
    for (const { select, view, noun } of RESOURCES) {
      const columns = await describer.columnsOf(select);
      expect(
        columns.map(({ name }) => name),
        noun,
      ).to.have.members(Object.keys((view as z.ZodObject).shape));
    }
  });

  it('with a mistake are found', async () => {
    const columns = await describer.columnsOf(
      `select id, 1 as "orders", total::numeric, lines, placed_at as "placedAt", array[total] as totals, null::json as facts
        from orders, (values (1)) v (lines)`,
    );
    expect(columns.map(({ kind }) => kind)).to.deep.equal([
      ...['string', 'number', 'string', 'number', 'Date', 'string[]', 'json'],
    ]);
    const property = (name: string, ...kinds: string[]) => ({ name, kinds, isOptional: false });
    const row = [
      ...[property('id', 'string'), property('total', 'number'), property('placed_at', 'Date')],
      ...[property('totals', 'number[]'), property('facts', 'Date'), property('lines', 'string', 'number')],
      { ...property('note', 'string'), isOptional: true },
    ];
    expect(mistakesIn({ row, isOpen: false }, columns)).to.deep.equal([
      'does not select placed_at',
      'selects orders, which the type does not have',
      'selects placedAt, which the type does not have',
      'selects total as string, which the type calls number',
      'selects totals as string[], which the type calls number[]',
      'selects facts as json, which the type calls Date',
    ]);
    expect(mistakesIn({ row: [property('id', 'string')], isOpen: true }, columns)).to.deep.equal([]);
  });
});
