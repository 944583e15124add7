import { z } from 'zod';
import { ACCESS_TOKEN_SECONDS, type SigningKeys, signAccessToken } from '../access-token.ts';
import { deviceTokenSchema } from '../credentials/device.ts';

export const tokensSchema = z
  .object({
    accessToken: z.string().meta({ description: 'Send it as `Authorization: Bearer …`.' }),
    refreshToken: z.string().meta({ description: 'Works once, to get the next pair of tokens.' }),
    expiresIn: z.int().meta({ description: 'Lifetime of the access token in seconds, for example 900.' }),
  })
  .meta({ id: 'Tokens' });

/** The tokens after a sign-in or a registration. */
export const signedInSchema = tokensSchema.extend({ deviceToken: deviceTokenSchema });

export type Tokens = z.infer<typeof tokensSchema>;

/** The tokens of a new or refreshed session. */
export const tokensOf = (
  { signingKeys }: { signingKeys: SigningKeys },
  session: { accountId: string; sessionId: string; kind: 'customer' | 'staff'; refreshToken: string },
): Tokens => ({
  accessToken: signAccessToken(signingKeys, session),
  refreshToken: session.refreshToken,
  expiresIn: ACCESS_TOKEN_SECONDS,
});

/** Tokens must not be cached (RFC 6749, 5.1). */
export const noStore = { 'Cache-Control': 'no-store' };
