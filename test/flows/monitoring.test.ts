import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { exportedByExporters } from '../ops/exporters.ts';
import { exportedBy, expressions, selectorsOf } from '../ops/monitoring.ts';
import { metricsOf, metricsUrlOf } from '../support/metrics.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, startFlow } from './stack.ts';

const PRICE = 20_000;
const UNITS = 2;

/** Prometheus makes this one itself. */
const OF_PROMETHEUS = ['up'];
const OF_EXPORTERS = new Map(exportedByExporters());

describe('what a running shop says of itself', function () {
  this.timeout(120_000);
  let flow: Flow;
  let total: number;
  before(async () => {
    flow = await startFlow({ env: { METRICS_ADDRESS: '127.0.0.1:0', ACCESS_LOG_RATIO: '1' } });
    const variantId = await flow.books.stock({ stock: UNITS, price: PRICE });
    const { orderId } = await flow.shop.buy([{ variantId, quantity: UNITS }]);
    const [order] = await flow.books.query<{ total: number }>(`select total from orders where id = $1`, [orderId]);
    total = Number(order?.total);
    await (await fetch(`${flow.stack.url}/api/v1/store/products`)).text();
    const other = await flow.books.stock({ stock: UNITS, price: PRICE });
    const cart = await flow.shop.cart([{ variantId: other, quantity: 1 }]);
    const unpaid = await flow.shop.rested(await flow.shop.checkout(cart));
    expect((await flow.shop.settled(await flow.shop.cancel(unpaid))).state).to.equal('CANCELLED');
  });
  after(() => flow?.stop());

  it('counts purchases, orders, revenue and stock-outs once each', async () => {
    const [web, worker] = [await metricsOf(flow, 'web'), await metricsOf(flow, 'worker')];
    expect(seriesValue(web, 'vcecom_checkouts_started_total')).to.equal(2);
    expect(seriesValue(worker, 'vcecom_checkouts_completed_total')).to.equal(1);
    expect(worker).to.match(/^vcecom_checkouts_ended_total\{state="CANCELLED",reason="CANCELLED_BY_CUSTOMER"\} 1$/m);
    expect(seriesValue(worker, 'vcecom_orders_total{state="CONFIRMED"}')).to.equal(1);
    expect(seriesValue(worker, 'vcecom_order_value_paise_total{state="CONFIRMED"}')).to.equal(total);
    expect(seriesValue(worker, 'vcecom_units_sold_total')).to.equal(UNITS);
    expect(seriesValue(worker, 'vcecom_stock_outs_total')).to.equal(1);
    expect(seriesValue(worker, 'vcecom_refunds_total{outcome="failed"}')).to.equal(0);
  });

  it('measures jobs, calls of the provider, connections and caches', async () => {
    await waitFor('the mail', async () => (await metricsOf(flow, 'worker')).includes('mails_total{outcome="sent"} 1'));
    const [web, worker] = [await metricsOf(flow, 'web'), await metricsOf(flow, 'worker')];
    expect(worker).to.match(/^vcecom_job_seconds_count\{queue="payments",outcome="done"\} [1-9]/m);
    expect(worker).to.match(/^vcecom_job_wait_seconds_count\{queue="checkout"\} [1-9]/m);
    expect(worker).to.match(
      /^vcecom_provider_call_seconds_count\{provider="stripe",call="open",outcome="answered"\} [1-9]/m,
    );
    expect(seriesValue(worker, 'vcecom_provider_circuit_open{provider="stripe"}')).to.equal(0);
    for (const text of [web, worker]) {
      expect(text).to.match(/^vcecom_build_info\{process="web|worker",version="\d+\.\d+\.\d+",node="v\d+.*"\} 1$/m);
      expect(text).to.match(/^vcecom_redis_connections\{role="produce",state="ready"\} 1$/m);
      expect(text).to.match(/^vcecom_database_connections_max\{pool="searches"\} 6$/m);
      expect(text).to.match(/^vcecom_nodejs_eventloop_lag_p99_seconds /m);
    }
    expect(web).to.match(/^vcecom_cache_reads_total\{kind="\w+",layer="\w+"\} [1-9]/m);
  });

  it('has names and labels as Prometheus wants them', async () => {
    for (const name of ['web', 'worker']) {
      const text = await metricsOf(flow, name);
      for (const [, metric, type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
        if (type === 'counter') expect(metric).to.match(/_total$/);
        expect(metric)
          .to.match(/^vcecom_[a-z0-9_]+$/)
          .and.not.match(/_(ms|milliseconds|kb)(_|$)/);
      }
      const labels = [...text.matchAll(/[{,](\w+)="([^"]*)"/g)];
      expect(labels.filter(([, label, value = '']) => label !== 'version' && /\s/.test(value))).to.deep.equal([]);
    }
  });

  it('exports every metric and label that an alert or a panel names', async () => {
    const shop = exportedBy([await metricsOf(flow, 'web'), await metricsOf(flow, 'worker')]);
    const exported = new Map([...shop, ...OF_EXPORTERS]);
    const unknown = expressions().flatMap(({ where, expr }) =>
      selectorsOf(expr).flatMap(({ metric, labels }) => {
        if (OF_PROMETHEUS.includes(metric)) return [];
        const known = exported.get(metric);
        if (!known) return [`${where} names ${metric}`];
        // A metric of the shop without a series yet has no labels to compare.
        return known.size === 0 && !OF_EXPORTERS.has(metric)
          ? []
          : labels.filter((label) => !known.has(label)).map((label) => `${where} names ${metric}{${label}}`);
      }),
    );
    expect(unknown).to.deep.equal([]);
    expect(expressions().length).to.be.above(80);
  });

  it('answers the health of a worker at its metrics address, and of a web process at its port only', async () => {
    const worker = await metricsUrlOf(flow, 'worker');
    expect(await (await fetch(`${worker}/healthz`)).json()).to.deep.equal({ status: 'ok', checks: {} });
    const ready = await fetch(`${worker}/readyz`);
    expect(ready.status).to.equal(200);
    const checks = { postgres: true, redis: true, migrations: true, serving: true };
    expect(await ready.json()).to.deep.equal({ status: 'ok', checks });
    expect((await fetch(`${worker}/other`)).status).to.equal(404);
    expect((await fetch(`${await metricsUrlOf(flow, 'web')}/readyz`)).status).to.equal(404);
  });

  it('says in each log line which process wrote it, and leaves empty fields out', async () => {
    for (const name of ['web', 'worker', 'simulator']) {
      const lines = (await readFile(join(flow.logs, `${name}.log`), 'utf8')).split('\n').filter(Boolean);
      const facts = lines.flatMap((line) =>
        line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [],
      );
      expect(facts.length, name).to.be.above(0);
      for (const fact of facts) {
        expect(fact).to.include({ process: name }).and.to.include.keys('pid', 'version', 'host', 'timestamp');
        expect(Object.values(fact).filter((value) => value === '' || value === null)).to.deep.equal([]);
      }
    }
  });

  it('logs the requests of the sample at info', async () => {
    const lines = (await readFile(join(flow.logs, 'web.log'), 'utf8')).split('\n');
    const requests = lines.filter((line) => line.includes('"message":"http.request"'));
    expect(requests.length).to.be.above(5);
    expect(requests.filter((line) => !line.includes('"level":"info"'))).to.deep.equal([]);
  });
});

/** The value of one series; undefined: there is none. */
function seriesValue(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
