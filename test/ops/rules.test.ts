import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { PROMTOOL_START_MS, promtool } from '../support/promtool.ts';
import { EXPORTERS } from './exporters.ts';
import { alertNames, dashboards, exportedBy, expressions, PROMETHEUS, rulesText, selectorsOf } from './monitoring.ts';

const COMPOSE = readFileSync(resolve(import.meta.dirname, '../../ops/compose.yaml'), 'utf8');
const RUNBOOK = readFileSync(resolve(import.meta.dirname, '../../docs/runbook.md'), 'utf8');

describe('the alerts', function () {
  this.timeout(PROMTOOL_START_MS);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcecom-rules-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are rules that Prometheus accepts, and so are the examples of its configuration', () => {
    const checked = promtool('check', 'rules', join(PROMETHEUS, 'rules.yml'));
    expect(checked.isContent, checked.output).to.equal(true);
    expect(checked.output).to.include(`${alertNames().length} rules found`);
    for (const file of ['prometheus.yml', 'compose.yml']) {
      const configuration = promtool('check', 'config', join(PROMETHEUS, file));
      expect(configuration.isContent, configuration.output).to.equal(true);
    }
  });

  it('fire for every fault, and not for a shop that is well', () => {
    const tested = promtool('test', 'rules', join(PROMETHEUS, 'rules.test.yml'));
    expect(tested.isContent, tested.output).to.equal(true);
  });

  it('would fail their test with another limit', () => {
    const tests = readFileSync(join(PROMETHEUS, 'rules.test.yml'), 'utf8');
    writeFileSync(join(folder, 'rules.test.yml'), tests);
    writeFileSync(join(folder, 'rules.yml'), rulesText().replace('oldest_seconds) > 120', 'oldest_seconds) > 12'));
    expect(promtool('test', 'rules', join(folder, 'rules.test.yml')).isContent).to.equal(false);
  });

  it('are each in the runbook, with what to do', () => {
    const named = [...RUNBOOK.matchAll(/^\| `([A-Z]\w+)` \| [^|]{10,} \| [^|]{10,} \|$/gm)].map(([, name]) => name);
    expect(named).to.have.members(alertNames());
  });

  it('and the panels have expressions that Prometheus can read', () => {
    const records = expressions().map(({ expr }, index) => {
      const query = expr.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '6h');
      return `      - { record: "expression:${index}", expr: ${JSON.stringify(query)} }`;
    });
    const file = join(folder, 'panels.yml');
    writeFileSync(file, `groups:\n  - name: panels\n    rules:\n${records.join('\n')}\n`);
    const checked = promtool('check', 'rules', file);
    expect(checked.isContent, checked.output).to.equal(true);
  });
});

describe('the dashboards', () => {
  it('have panels with title, description, unit and the data source of the variable', () => {
    expect(dashboards().map(({ file }) => file)).to.deep.equal([
      'purchases.json',
      'queues.json',
      'reconciliation.json',
      'requests.json',
      'servers.json',
    ]);
    for (const { file, title, uid, templating, panels } of dashboards()) {
      expect([title, uid, templating.list[0]?.name, templating.list[0]?.type], file).to.deep.equal([
        title,
        `vcecom-${file.replace('.json', '')}`,
        'datasource',
        'datasource',
      ]);
      expect(
        panels.map(({ id }) => id),
        file,
      ).to.deep.equal(panels.map((_, index) => index + 1));
      for (const panel of panels) {
        const where = `${file}: ${panel.title}`;
        expect(panel.title.length, where).to.be.within(3, 60);
        expect(panel.description, where).to.match(/^[A-Z\d].{20,}\.$/);
        expect(panel.fieldConfig.defaults.unit, where).to.match(/^\w+$/);
        expect(panel.datasource, where).to.deep.equal({ type: 'prometheus', uid: '$' + '{datasource}' });
        expect(panel.targets, where).to.have.length.above(0);
        for (const { expr, legendFormat } of panel.targets) expect(expr && legendFormat, where).to.be.a('string');
      }
    }
  });

  it('have metrics and labels that can be compared with an export', () => {
    const expr =
      'sum by (le) (rate(vcecom_a_seconds_bucket{queue=~"x|y",kind!="z"}[5m])) > max(vcecom_b_total) + up + pg_a_count{state="x"}';
    expect(selectorsOf(expr)).to.deep.equal([
      { metric: 'vcecom_a_seconds', labels: ['queue', 'kind'] },
      { metric: 'vcecom_b_total', labels: [] },
      { metric: 'up', labels: [] },
      { metric: 'pg_a_count', labels: ['state'] },
    ]);
    const text =
      '# TYPE vcecom_a_seconds histogram\nvcecom_a_seconds_bucket{le="1",queue="x"} 2\n# TYPE vcecom_b_total counter\n';
    expect([...exportedBy([text])]).to.deep.equal([
      ['vcecom_a_seconds', new Set(['le', 'queue'])],
      ['vcecom_b_total', new Set()],
    ]);
  });

  it('use each listed metric of the exporters, whose releases are those of ops/compose.yaml', () => {
    const used = new Set(expressions().flatMap(({ expr }) => selectorsOf(expr).map(({ metric }) => metric)));
    for (const [name, { image, metrics }] of Object.entries(EXPORTERS)) {
      expect(COMPOSE, name).to.include(`image: ${image}\n`);
      expect(Object.keys(metrics).filter((metric) => !used.has(metric))).to.deep.equal([]);
    }
  });

  it('have no panels over each other', () => {
    for (const { file, panels } of dashboards()) {
      const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
      );
      expect(new Set(places).size, file).to.equal(places.length);
    }
  });
});
