import { readConfig } from '../infra/config.ts';
import { observe } from '../infra/observability/log.ts';
import { stopOnSignal } from '../infra/shutdown.ts';
import { startSimulator } from '../ports/payments/simulator/server.ts';
import { begin } from './begin.ts';

/** A payment provider to develop and test with. */
export async function simulator(): Promise<void> {
  const config = readConfig('simulator');
  begin('simulator', config);
  const running = await startSimulator({
    host: config.HOST,
    port: config.PORT,
    secretKey: config.STRIPE_SECRET_KEY,
    webhookSecret: config.STRIPE_WEBHOOK_SECRET,
    webhookUrl: config.SIMULATOR_WEBHOOK_URL,
    // As the endpoint at Stripe is to be set up: we know what we open ourselves.
    unsubscribed: ['payment_intent.created'],
    ...(config.SIMULATOR_JOURNAL && { journal: config.SIMULATOR_JOURNAL }),
    log: observe,
  });
  observe('simulator ready', { url: running.url });
  stopOnSignal([running.close]);
}
