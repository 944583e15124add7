import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { z } from 'zod';
import { RequestFault } from '../http/errors/failure.ts';
import type { Raw } from '../http/route.ts';
import { ALGORITHM, AUDIENCES, audienceOf, ISSUER, keyFor, type SigningKeys } from './access-token.ts';
import { GUEST, type Principal } from './principal.ts';
import type { SessionValidity } from './session-validity.ts';

/** Says who sends a request. Nobody in particular is a guest; credentials that do not hold are refused. */
export type Authenticate = (raw: Raw) => Promise<Principal>;

const claimsSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  aud: z.enum(AUDIENCES),
  exp: z.number(),
  iat: z.number(),
});

/** @throws RequestFault (from what it returns) CREDENTIALS_INVALID, and AUTHENTICATION_AMBIGUOUS for two kinds at once. */
export function authentication(keys: SigningKeys, sessionValidity: SessionValidity): Authenticate {
  const byToken = tokenStrategy(keys, sessionValidity);
  return async (raw) => {
    const { authorization, 'x-api-key': apiKey } = raw.request.headers;
    if (authorization !== undefined && apiKey !== undefined) throw new RequestFault('AUTHENTICATION_AMBIGUOUS');
    if (typeof apiKey === 'string') return (await sessionValidity.ofKey(apiKey)) ?? refuse();
    if (authorization === undefined) return GUEST;
    return (await byToken(raw)) ?? refuse();
  };
}

const refuse = (): never => {
  throw new RequestFault('CREDENTIALS_INVALID', { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
};

/** Passport checks signature, algorithm, issuer, audience and age; the session's standing is asked for afterwards. */
function tokenStrategy(
  keys: SigningKeys,
  sessionValidity: SessionValidity,
): (raw: Raw) => Promise<Principal | undefined> {
  const gate = new passport.Passport();
  gate.use(
    new Strategy(
      {
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        // jsonwebtoken takes key objects, of which the types of passport-jwt do not know.
        secretOrKeyProvider: (_request, token, done) =>
          Reflect.apply(done, undefined, [null, keyFor(keys, String(token))]),
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: [...AUDIENCES],
      },
      (payload: unknown, done: (error: unknown, principal?: Principal | false) => void) => {
        principalOf(sessionValidity, payload).then(
          (principal) => done(null, principal ?? false),
          (error) => done(error),
        );
      },
    ),
  );
  return ({ request, response }) =>
    new Promise((resolve, reject) => {
      const answer = (error: unknown, principal?: Principal | false | null) =>
        error ? reject(error) : resolve(principal || undefined);
      gate.authenticate('jwt', { session: false }, answer)(request, response, reject);
    });
}

async function principalOf(sessionValidity: SessionValidity, payload: unknown): Promise<Principal | undefined> {
  // passport-jwt takes tokens without an end for eternal ones; the schema does not.
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) return undefined;
  const principal = await sessionValidity.ofSession(claims.data.sid);
  const isTheirs = principal?.accountId === claims.data.sub && audienceOf(principal.kind) === claims.data.aud;
  return isTheirs ? principal : undefined;
}
