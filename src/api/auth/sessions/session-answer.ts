import { z } from 'zod';
import { ACCESS_TOKEN_SECONDS, type SigningKeys, signAccessToken } from '../access-token.ts';
import { deviceTokenSchema } from '../credentials/device.ts';

export const tokensSchema = z
  .object({
    accessToken: z.string().meta({ description: 'Send it as `Authorization: Bearer …`.' }),
    refreshToken: z.string().meta({ description: 'Works once, for the next pair of tokens.' }),
    expiresIn: z.int().meta({ description: 'Seconds that the access token works.' }),
  })
  .meta({ id: 'Tokens' });

/** The tokens of a sign-in, or of a registration. */
export const signedInSchema = tokensSchema.extend({ deviceToken: deviceTokenSchema });

export type Tokens = z.infer<typeof tokensSchema>;

/** What a client gets for a session that has just begun or was refreshed. */
export const tokensOf = (
  { signingKeys }: { signingKeys: SigningKeys },
  session: { accountId: string; sessionId: string; kind: 'customer' | 'staff'; refreshToken: string },
): Tokens => ({
  accessToken: signAccessToken(signingKeys, session),
  refreshToken: session.refreshToken,
  expiresIn: ACCESS_TOKEN_SECONDS,
});

/** Tokens must not stay in any cache on the way (RFC 6749, 5.1). */
export const noStore = { 'Cache-Control': 'no-store' };
