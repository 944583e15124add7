import { type Html, html } from '../html.ts';
import type { FormFields, OpsRequest } from '../ops-request.ts';

/** The query of the API for the page of a list that the address asks for. */
export const pageOf = ({ query: { cursor } }: OpsRequest): FormFields => (cursor ? { cursor } : {});

/** The link to the next page of a list; nothing on the last page. */
export const nextLink = (nextCursor: string | null, title: string): Html | undefined =>
  nextCursor === null
    ? undefined
    : html`<p><a class="button" href="?${new URLSearchParams({ cursor: nextCursor }).toString()}">${title}</a></p>`;
