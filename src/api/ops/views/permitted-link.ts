import type { Permission } from '../../../domain/access/permissions.ts';
import { type Html, html } from '../html.ts';
import type { OpsRequest } from '../ops-request.ts';

/** A link to a page of staff; its text alone for a person without the permission to open that page. */
export const permittedLink = (
  { person }: Pick<OpsRequest, 'person'>,
  { path, permission }: { path: string; permission: Permission },
  text: string,
): Html | string => (person?.permissions.has(permission) ? html`<a href="${path}">${text}</a>` : text);
