import { z } from 'zod';
import { bare } from '../../auth/credentials/passwords.ts';
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
  code: z.string().min(6).max(20).meta({ description: 'Six digits of the app, or a recovery code.' }),
});
const recovery = {
  description: 'The recovery codes, told this once',
  schema: z.object({ recoveryCodes: z.array(z.string()) }),
};
const setUp = {
  description: 'What the app needs',
  schema: z.object({ secret: z.string(), uri: z.string().meta({ description: 'For a QR code.' }) }),
};
const common = {
  method: 'post',
  permission: 'account:update',
  access: 'person',
  limit: 'sign-in',
  tag: 'Staff account',
} as const;
const done = { 204: { description: 'Done' } };

/** The second factor of a member of staff: TOTP, with recovery codes. */
export const mfaRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    path: PATH,
    beforeMfa: true,
    summary: 'Begin to set up a second factor',
    answers: { 201: setUp },
    errors: ['MFA_ALREADY_SET_UP'],
    handle: (call) => beginMfa(deps, call),
  }),
  route({
    ...common,
    path: `${PATH}/confirm`,
    beforeMfa: true,
    summary: 'Prove that the app has the secret: from then on signing in needs a code',
    body,
    answers: { 200: recovery },
    errors: ['MFA_CODE_WRONG', 'MFA_ALREADY_SET_UP', 'MFA_NOT_SET_UP'],
    handle: (call) => confirmMfa(deps, call, call.body.code),
  }),
  route({
    ...common,
    path: `${PATH}/verify`,
    beforeMfa: true,
    summary: 'Give the second factor of this session',
    body,
    answers: done,
    errors: ['MFA_CODE_WRONG', 'MFA_NOT_SET_UP'],
    handle: (call) => bare(verifyMfa(deps, call, call.body.code)),
  }),
  route({
    ...common,
    path: `${PATH}/recovery-codes`,
    summary: 'New recovery codes; the old ones no longer work',
    body,
    answers: { 200: recovery },
    errors: ['MFA_CODE_WRONG', 'MFA_NOT_SET_UP'],
    handle: (call) => renewRecoveryCodes(deps, call, call.body.code),
  }),
  route({
    ...common,
    method: 'delete',
    path: PATH,
    summary: 'Do without a second factor, where your role allows it',
    body,
    answers: done,
    errors: ['MFA_CODE_WRONG', 'MFA_NOT_SET_UP', 'MFA_REQUIRED'],
    handle: (call) => bare(removeMfa(deps, call, call.body.code)),
  }),
];
