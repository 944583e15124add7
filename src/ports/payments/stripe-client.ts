import CircuitBreaker from 'opossum';
import Stripe from 'stripe';
import { observe } from '../../infra/observability/log.ts';
import type { PaymentProvider, ProviderAvailability, ProviderOutcome } from './port.ts';
import { classify, isRejection } from './stripe-errors.ts';
import { stripeHttp } from './stripe-http.ts';

export interface StripeConfig {
  secretKey: string;
  webhookSecret: string;
  /** Base URL of the API. Default: `https://api.stripe.com`. */
  apiUrl?: string | undefined;
  /** Timeout of a call in milliseconds; then its outcome is `unknown`. Default: 8000. */
  timeoutMs?: number | undefined;
  /** How long an open circuit breaker rejects calls before it lets a probe through, in milliseconds. Default: 2000. */
  breakerResetMs?: number | undefined;
}

/** The kinds of calls, by the function of the port. */
type CallKind = Exclude<keyof PaymentProvider, 'name' | 'availability' | 'find' | 'verify'>;

/**
 * The SDK, and `call`, which runs a request through the circuit breaker and turns every failure into a ProviderError.
 */
export interface StripeClient {
  stripe: Stripe;
  availability(): ProviderAvailability;
  call<T>(kind: CallKind, request: () => Promise<T>): Promise<T>;
}

export function openStripeClient(config: StripeConfig): StripeClient {
  const breaker = openBreaker(config.breakerResetMs ?? 2_000);
  return {
    stripe: connect(config),
    availability() {
      if (breaker.closed) return 'available';
      return breaker.pendingClose ? 'trial' : 'away';
    },
    async call<T>(kind: CallKind, request: () => Promise<T>): Promise<T> {
      const startedAt = performance.now();
      try {
        const answer = (await breaker.fire(request)) as T;
        reportCall(kind, 'answered', startedAt);
        return answer;
      } catch (error) {
        const failure = classify(error);
        reportCall(kind, failure.outcome, startedAt);
        throw failure;
      }
    },
  };
}

const PROVIDER = 'stripe';

const reportCall = (call: CallKind, outcome: 'answered' | ProviderOutcome, startedAt: number): void =>
  observe('provider.called', { provider: PROVIDER, call, outcome, ms: performance.now() - startedAt }, 'debug');

function connect({ secretKey, apiUrl, timeoutMs }: StripeConfig): Stripe {
  const url = new URL(apiUrl ?? 'https://api.stripe.com');
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return new Stripe(secretKey, {
    host: url.hostname,
    port: url.port || (protocol === 'http' ? 80 : 443),
    protocol,
    timeout: timeoutMs ?? 8_000,
    httpClient: stripeHttp(protocol),
    // The job decides about retries by the outcome. Telemetry costs time and sends data to third parties.
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** A breaker that opens when more than half of at least 8 calls within 10 s got no answer from Stripe. */
function openBreaker(resetTimeout: number): CircuitBreaker<[() => Promise<unknown>], unknown> {
  const breaker = new CircuitBreaker((request: () => Promise<unknown>) => request(), {
    name: PROVIDER,
    // The SDK's timeout ends a call and its connection. A timeout here would end neither.
    timeout: false,
    resetTimeout,
    volumeThreshold: 8,
    errorThresholdPercentage: 50,
    errorFilter: isRejection,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  breaker.on('open', () => observe('provider.circuit_opened', { provider: PROVIDER }));
  const letsThrough = () => observe('provider.circuit_closed', { provider: PROVIDER });
  breaker.on('close', letsThrough);
  // Half open, it lets the next call through. Without a call it stays so, and rejects nothing.
  breaker.on('halfOpen', letsThrough);
  return breaker;
}
