import { ADMIN, admin, own, type Role, type Row, STORE, shelf } from './expectations.ts';

const moderator: { to: Role[] } = { to: ['support'] };
const person = { ...moderator, people: true };

/** Reviews and preferences, written by hand like the others. */
export const REVIEW_ROWS: readonly Row[] = [
  shelf(`GET ${STORE}/products/{id}/reviews`, 404),
  own(`POST ${STORE}/products/{id}/reviews`, 400),
  own(`PUT ${STORE}/reviews/{id}/helpful`, 404),
  own(`DELETE ${STORE}/reviews/{id}/helpful`, 404),
  own(`POST ${STORE}/reviews/{id}/reports`, 400),
  own(`GET ${STORE}/account/preferences`, 200),
  own(`PUT ${STORE}/account/preferences`, 200),
  own(`GET ${STORE}/account/reviews`, 200),
  own(`GET ${STORE}/account/reviews/{id}`, 404),
  own(`PATCH ${STORE}/account/reviews/{id}`, 400),
  own(`DELETE ${STORE}/account/reviews/{id}`, 404),

  admin(`GET ${ADMIN}/reviews`, 200, moderator),
  admin(`GET ${ADMIN}/reviews/{id}`, 404, moderator),
  admin(`GET ${ADMIN}/reviews/policy`, 200, moderator),
  admin(`PUT ${ADMIN}/reviews/policy`, 400, moderator),
  admin(`POST ${ADMIN}/reviews/policy/trials`, 400, moderator),
  admin(`GET ${ADMIN}/reviews/policy/trials/{id}`, 404, moderator),
  admin(`POST ${ADMIN}/reviews/claim`, 204, person),
  admin(`POST ${ADMIN}/reviews/{id}/claim`, 404, person),
  admin(`POST ${ADMIN}/reviews/{id}/release`, 404, person),
  admin(`POST ${ADMIN}/reviews/{id}/decide`, 400, person),
  admin(`PUT ${ADMIN}/reviews/{id}/reply`, 400, moderator),
  admin(`DELETE ${ADMIN}/reviews/{id}/reply`, 404, moderator),
  admin(`POST ${ADMIN}/reviews/statistics/recount`, 204, moderator),
];
