import type { Permission } from '../../../domain/access/permissions.ts';
import { ERRORS } from '../../../domain/errors.ts';
import { failureOf } from '../../http/errors/failure.ts';
import { callApi } from '../api-call.ts';
import { type Html, html } from '../html.ts';
import { alertBox, type OpsPage } from '../ops-page.ts';
import type { FormFields, OpsDeps, OpsRequest } from '../ops-request.ts';
import { refusalText } from '../refusal-text.ts';
import { type TableColumn, table } from './table.ts';

/** A field of the search form, a query parameter of the API. */
export interface Filter {
  name: string;
  label: string;
  type?: 'search' | 'date';
  hint?: string;
  /** The allowed values, where needed with their texts. */
  options?: readonly (string | readonly [value: string, text: string])[];
  /** The value while the query does not name the field. */
  default?: string;
}

export interface ListSpec<T> {
  path: string;
  title: string;
  permission: Permission;
  /** The list of the API, below /api/v1/admin. */
  api: string;
  filters: readonly Filter[];
  columns: readonly TableColumn<T>[];
  /** What stands above the rows: links and forms. */
  above?(opsRequest: OpsRequest, alert: string | undefined): Html;
}

interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** A page with a search form and the rows of a list of the API. */
export const listPage = <T>(deps: OpsDeps, spec: ListSpec<T>): OpsPage => ({
  path: spec.path,
  access: 'staff',
  permission: spec.permission,
  async render(opsRequest, refusal) {
    const query = queryOf(spec, opsRequest.query);
    const { rows, alert, status = 200 } = await readRows(deps, opsRequest, { spec, query });
    const next =
      rows.nextCursor !== null && new URLSearchParams({ ...noDefaults(spec), ...query, cursor: rows.nextCursor });
    return {
      title: spec.title,
      isWide: true,
      status,
      main: html`${alertBox(alert)}${spec.above?.(opsRequest, refusal)}${searchForm(spec, query)}
${rows.data.length > 0 ? table(spec.title, spec.columns, rows.data) : alert === undefined && html`<p>Nothing found.</p>`}
${next && html`<p><a class="button" href="${spec.path}?${next.toString()}">Next page</a></p>`}`,
    };
  },
});

/** A filter with a default that is not chosen stays empty on the next page. */
const noDefaults = ({ filters }: ListSpec<never>): FormFields =>
  Object.fromEntries(filters.filter((filter) => filter.default).map(({ name }) => [name, '']));

/** The query of the API: the known parameters with a value. */
function queryOf({ filters }: ListSpec<never>, given: FormFields): FormFields {
  const fields: Pick<Filter, 'name' | 'default'>[] = [...filters, { name: 'cursor' }];
  const entries = fields.map(({ name, default: usual = '' }) => [name, (given[name] ?? usual).trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

async function readRows<T>(
  deps: OpsDeps,
  opsRequest: OpsRequest,
  { spec, query }: { spec: ListSpec<T>; query: FormFields },
): Promise<{ rows: Page<T>; alert?: string; status?: number }> {
  try {
    const { body } = await callApi(deps, opsRequest, { method: 'get', path: spec.api, query });
    return { rows: body as Page<T> };
  } catch (error) {
    const { status } = ERRORS[failureOf(error).code];
    return { rows: { data: [], nextCursor: null }, alert: refusalText(error), status };
  }
}

const searchForm = ({ path, title, filters }: ListSpec<never>, query: FormFields): Html | false =>
  filters.length > 0 &&
  html`<form class="search" method="get" action="${path}" role="search" aria-label="${title}">
  ${filters.map((filter) => html`<div>${field(filter, query[filter.name] ?? '')}</div>`)}
  <div><button>Search</button></div>
</form>`;

function field({ name, label, type = 'search', hint, options }: Filter, value: string): Html {
  const input = options
    ? html`<select id="${name}" name="${name}"><option value="">All</option>${options.map((each) =>
        option(each, value),
      )}</select>`
    : html`<input id="${name}" name="${name}" type="${type}" value="${value}" maxlength="254" autocomplete="off" placeholder="${hint ?? ''}">`;
  return html`<label for="${name}">${label}</label>${input}`;
}

const SELECTED: Html = { markup: ' selected' };

function option(given: string | readonly [value: string, text: string], chosen: string): Html {
  const [value, text] = typeof given === 'string' ? [given, given] : given;
  return html`<option value="${value}"${value === chosen && SELECTED}>${text}</option>`;
}
