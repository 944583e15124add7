import { readConfig } from '../infra/config.ts';
import { observe } from '../infra/observability/log.ts';
import { stopOnSignal } from '../infra/shutdown.ts';
import { startSimulator } from '../ports/payments/simulator/server.ts';
import { prepareProcess } from './prepare-process.ts';

/** Starts the payment provider simulator, for development and tests. */
export async function simulator(): Promise<void> {
  const config = readConfig('simulator');
  prepareProcess('simulator', config);
  const running = await startSimulator({
    host: config.HOST,
    port: config.PORT,
    secretKey: config.STRIPE_SECRET_KEY,
    webhookSecret: config.STRIPE_WEBHOOK_SECRET,
    webhookUrl: config.SIMULATOR_WEBHOOK_URL,
    // The Stripe endpoint must leave this event out, too: the server itself creates the payment intents.
    unsubscribed: ['payment_intent.created'],
    ...(config.SIMULATOR_JOURNAL && { journal: config.SIMULATOR_JOURNAL }),
    log: observe,
  });
  observe('simulator.ready', { url: running.url });
  stopOnSignal([running.close]);
}
