import type { Permission } from '../../../domain/access/permissions.ts';
import type { OrderCommand } from '../../../domain/states.ts';
import type { AdminOrder } from '../../orders/order-view.ts';
import { type Html, html } from '../html.ts';

/** Puts the fields of a command into a form with its title and hidden fields. */
export type FormFrame = (form: {
  command: OrderCommand;
  title: string;
  fields?: Html | undefined;
  hidden?: Readonly<Record<string, string>>;
}) => Html;

export interface FormRules {
  isAllowed(command: OrderCommand, permission: Permission): boolean;
  frame: FormFrame;
}

type Line = AdminOrder['lines'][number];

/** A browser sends all fields of a form: more lines would exceed the limit of a form. */
const MOST_LINES = 100;

export const reasonField = html`<label>Reason<input name="reason" maxlength="500" required aria-describedby="reason-hint"></label>`;

/** A number of units for each line of an order that has some. `isAll`: all of them are filled in. */
export function unitFields(
  { lines }: Pick<AdminOrder, 'lines'>,
  { units, isAll = false }: { units(line: Line): number; isAll?: boolean },
): Html {
  const rows = lines.filter((line) => units(line) > 0).slice(0, MOST_LINES);
  return html`<fieldset><legend>Units</legend>${rows.map((line) => {
    const most = String(units(line));
    return html`<label>${line.title} (${line.sku}), at most ${most}<input type="number" name="units-${String(line.line)}" min="0" max="${most}" value="${isAll ? most : '0'}"></label>`;
  })}</fieldset>`;
}
