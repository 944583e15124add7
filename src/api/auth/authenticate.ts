import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { z } from 'zod';
import { RequestFault } from '../http/errors/failure.ts';
import type { Raw } from '../http/route.ts';
import { ALGORITHM, AUDIENCES, audienceOf, ISSUER, type SigningKeys, verificationKeyOf } from './access-token.ts';
import { GUEST, type Principal } from './principal.ts';
import type { SessionValidity } from './session-validity.ts';

/** Identifies the caller of a request: a guest without credentials. Rejects invalid credentials. */
export type Authenticate = (raw: Raw) => Promise<Principal>;

const claimsSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  aud: z.enum(AUDIENCES),
  exp: z.number(),
  iat: z.number(),
});

/**
 * Builds the authentication by access tokens and API keys.
 * It throws RequestFault CREDENTIALS_INVALID, and AUTHENTICATION_AMBIGUOUS for a token and a key at once.
 */
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

/** Passport verifies signature, algorithm, issuer, audience and expiry; then the database confirms the session. */
function tokenStrategy(
  keys: SigningKeys,
  sessionValidity: SessionValidity,
): (raw: Raw) => Promise<Principal | undefined> {
  const authenticator = new passport.Passport();
  authenticator.use(
    new Strategy(
      {
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        // jsonwebtoken accepts key objects; the types of passport-jwt do not.
        secretOrKeyProvider: (_request, token, done) =>
          Reflect.apply(done, undefined, [null, verificationKeyOf(keys, String(token))]),
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
      authenticator.authenticate('jwt', { session: false }, answer)(request, response, reject);
    });
}

async function principalOf(sessionValidity: SessionValidity, payload: unknown): Promise<Principal | undefined> {
  // passport-jwt accepts tokens without `exp` as unlimited; the schema requires it.
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) return undefined;
  const principal = await sessionValidity.ofSession(claims.data.sid);
  const isMatch = principal?.accountId === claims.data.sub && audienceOf(principal.kind) === claims.data.aud;
  return isMatch ? principal : undefined;
}
