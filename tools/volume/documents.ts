import { type Column, copiedId, valuesOf } from './columns.ts';
import type { CopiedTable } from './tables.ts';

const padded = (number: string): string => `lpad((${number})::text, greatest(6, length((${number})::text)), '0')`;

/** Invoices and credit notes. */
export const DOCUMENT_TABLE: CopiedTable = {
  name: 'documents',
  joinCondition: 't.order_id = p.order_id',
  ids: ['id', 'order_id', 'refund_id'],
  values: {
    year: 't.financial_year',
    sequence: 't.next',
    number: 't.next_number',
    issued_on: 't.day',
    content: `t.content || jsonb_build_object('number', t.next_number, 'issuedOn', t.day::text, 'orderNumber', 'VC-' || ${padded('n.number')},
      'against', case when i.id is not null then jsonb_build_object('number', i.number, 'issuedOn', i.issued_on::text) end)`,
  },
};

/** SQL for the day in India on which the copy was issued, and the financial year, which begins in April. */
const DAYS = `cross join lateral (select ((t.created_at + c.shift) at time zone 'Asia/Kolkata')::date as day) as d
  cross join lateral (select to_char(day - interval '3 months', 'YY') || '-' || to_char(day + interval '9 months', 'YY') as financial_year) as y`;

/**
 * SQL that inserts the documents of kind $1 of all copies, with the next numbers of the series of their years. A credit
 * note names the invoice of its order, so invoices come first.
 */
export function insertDocuments(columns: readonly Column[]): string {
  const { names, values } = valuesOf(DOCUMENT_TABLE, columns);
  return `
    with due as (select t.*, d.day, y.financial_year, c.copy, c.shift, c.shift_ms
        from volume_documents t join volume_copies c using (n) ${DAYS} where t.kind = $1),
      counted as (select gstin, kind, financial_year, count(*)::int as count from due group by gstin, kind, financial_year),
      series as (insert into document_series as s (gstin, kind, year, last) select * from counted
        on conflict (gstin, kind, year) do update set last = s.last + excluded.last returning s.*),
      ranked as (select due.*, s.last - counted.count
            + row_number() over (partition by due.gstin, due.kind, due.financial_year order by due.created_at + due.shift, due.copy, due.id) as next
          from due join counted using (gstin, kind, financial_year)
            join series s on (s.gstin, s.kind, s.year) = (due.gstin, due.kind, due.financial_year)),
      numbered as (select *, split_part(number, '/', 1) || '/' || financial_year || '/' || ${padded('next')} as next_number from ranked)
    insert into documents (${names}) select ${values}
      from numbered t cross join lateral (select t.copy, t.shift, t.shift_ms) as c
        cross join lateral (select number, order_id from order_numbers where order_id = ${copiedId('t.order_id')} offset 0) as n
        left join lateral (select id, number, issued_on from documents where order_id = n.order_id and kind = 'invoice' offset 0) as i on true`;
}
