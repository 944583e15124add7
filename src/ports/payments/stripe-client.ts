import CircuitBreaker from 'opossum';
import Stripe from 'stripe';
import { classify, isAnswer } from './stripe-errors.ts';
import { stripeHttp } from './stripe-http.ts';

export interface StripeConfig {
  secretKey: string;
  webhookSecret: string;
  /** Where the API is; absent means Stripe itself. */
  apiUrl?: string | undefined;
  /** How long a call may stay silent before its outcome is `unknown`; default 8000 ms. */
  timeoutMs?: number | undefined;
  /** How long an open breaker refuses calls before it lets one through as a probe; default 2000 ms. */
  breakerResetMs?: number | undefined;
}

/** The SDK, and the one way to call it: through the breaker, with every failure turned into a ProviderError. */
export interface StripeLink {
  stripe: Stripe;
  call<T>(request: () => Promise<T>): Promise<T>;
}

export function linkStripe(config: StripeConfig): StripeLink {
  const breaker = openBreaker(config.breakerResetMs ?? 2_000);
  return {
    stripe: connect(config),
    async call<T>(request: () => Promise<T>): Promise<T> {
      try {
        return (await breaker.fire(request)) as T;
      } catch (error) {
        throw classify(error);
      }
    },
  };
}

function connect({ secretKey, apiUrl, timeoutMs }: StripeConfig): Stripe {
  const url = new URL(apiUrl ?? 'https://api.stripe.com');
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return new Stripe(secretKey, {
    host: url.hostname,
    port: url.port || (protocol === 'http' ? 80 : 443),
    protocol,
    timeout: timeoutMs ?? 8_000,
    httpClient: stripeHttp(protocol),
    // The job's own retries decide, with the outcome in hand; telemetry costs time and tells strangers about us.
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** A breaker that opens when more than half of at least 8 calls within 10 s got no answer from Stripe. */
function openBreaker(resetTimeout: number): CircuitBreaker<[() => Promise<unknown>], unknown> {
  return new CircuitBreaker((request: () => Promise<unknown>) => request(), {
    name: 'stripe',
    // The SDK's own time-out ends a call and its connection; a second clock would only leave calls running unseen.
    timeout: false,
    resetTimeout,
    volumeThreshold: 8,
    errorThresholdPercentage: 50,
    errorFilter: isAnswer,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
}
