import { z } from 'zod';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import {
  beginMfa,
  confirmMfa,
  removeMfa,
  renewRecoveryCodes,
  verifyMfa,
} from '../../auth/credentials/second-factor.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, route } from '../../http/route.ts';

const PATH = '/api/v1/admin/account/mfa';
const body = z.strictObject({
  code: z
    .string()
    .min(6)
    .max(20)
    .meta({ description: 'The six-digit code of the authenticator app, or a recovery code.' }),
});
const recovery = {
  description: 'The recovery codes, shown only once',
  schema: z.object({ recoveryCodes: z.array(z.string()) }),
};
const setUp = {
  description: 'The secret for the authenticator app',
  schema: z.object({
    secret: z.string(),
    uri: z.string().meta({ description: 'The `otpauth` URI to show as a QR code.' }),
  }),
};
const common = {
  method: 'post',
  permission: 'account:update',
  access: 'person',
  limit: 'sign-in',
  tag: 'Staff account',
} as const;
const done = { 204: { description: 'Done' } };

/** The second factor of a staff account: TOTP with recovery codes. */
export const mfaRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    path: PATH,
    beforeMfa: true,
    summary: 'Start setting up a second factor',
    answers: { 201: setUp },
    errors: ['MFA_ALREADY_SET_UP'],
    handle: (call) => beginMfa(deps, call),
  }),
  route({
    ...common,
    path: `${PATH}/confirm`,
    beforeMfa: true,
    summary: 'Confirm the second factor with a code; every later sign-in needs one',
    body,
    answers: { 200: recovery },
    errors: ['MFA_CODE_WRONG', 'MFA_ALREADY_SET_UP', 'MFA_NOT_SET_UP'],
    handle: (call) => confirmMfa(deps, call, call.body.code),
  }),
  route({
    ...common,
    path: `${PATH}/verify`,
    beforeMfa: true,
    summary: 'Verify the second factor for this session',
    body,
    answers: done,
    errors: ['MFA_CODE_WRONG', 'MFA_NOT_SET_UP'],
    handle: (call) => withoutBody(verifyMfa(deps, call, call.body.code)),
  }),
  route({
    ...common,
    path: `${PATH}/recovery-codes`,
    summary: 'Replace the recovery codes; the old codes stop working',
    body,
    answers: { 200: recovery },
    errors: ['MFA_CODE_WRONG', 'MFA_NOT_SET_UP'],
    handle: (call) => renewRecoveryCodes(deps, call, call.body.code),
  }),
  route({
    ...common,
    method: 'delete',
    path: PATH,
    summary: 'Remove the second factor, if your role allows it',
    body,
    answers: done,
    errors: ['MFA_CODE_WRONG', 'MFA_NOT_SET_UP', 'MFA_REQUIRED'],
    handle: (call) => withoutBody(removeMfa(deps, call, call.body.code)),
  }),
];
