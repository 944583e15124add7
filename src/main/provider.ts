import type { Config } from '../infra/config.ts';
import { stripeProvider } from '../ports/payments/stripe.ts';

/** Stripe, or the simulator at STRIPE_API_URL. */
export const createProvider = (config: Config<'web'> | Config<'worker'>) =>
  stripeProvider({
    secretKey: config.STRIPE_SECRET_KEY,
    webhookSecret: config.STRIPE_WEBHOOK_SECRET,
    ...(config.STRIPE_API_URL && { apiUrl: config.STRIPE_API_URL }),
  });
