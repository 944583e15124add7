import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
export const PROMETHEUS = join(ROOT, 'ops/prometheus');

export interface Panel {
  id: number;
  title: string;
  description: string;
  type: string;
  datasource: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: { defaults: { unit: string } };
  targets: { refId: string; expr: string; legendFormat: string }[];
}

export interface Dashboard {
  file: string;
  title: string;
  uid: string;
  templating: { list: { name: string; type: string; query: string }[] };
  panels: Panel[];
}

export const dashboards = (): Dashboard[] =>
  globSync('ops/grafana/*.json', { cwd: ROOT })
    .sort()
    .map((path) => ({ file: basename(path), ...JSON.parse(readFileSync(join(ROOT, path), 'utf8')) }));

export const rulesText = (): string => readFileSync(join(PROMETHEUS, 'rules.yml'), 'utf8');

/** The names of the alerts. */
export const alertNames = (): string[] =>
  [...rulesText().matchAll(/^ +- alert: (\w+)$/gm)].map(([, name = '']) => name);

/** Every expression of a rule or a panel, with where it stands. */
export function expressions(): { where: string; expr: string }[] {
  const rules = [...rulesText().matchAll(/- alert: (\w+)\n +expr: (.+)/g)];
  return [
    ...rules.map(([, name = '', expr = '']) => ({ where: `the alert ${name}`, expr })),
    ...dashboards().flatMap(({ file, panels }) =>
      panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: `${file}: ${title}`, expr }))),
    ),
  ];
}

export interface Selector {
  metric: string;
  /** Label names of the matchers. */
  labels: string[];
}

const METRIC = /\b(?:(vcecom_\w+?)(?:_bucket|_sum|_count)?|((?:pg|redis|node)_\w+|up))\b(?!\()(?:\{([^}]*)\})?/g;

/** The metrics of the shop, without the suffixes of a histogram's series, of exporters and of Prometheus in an expression. */
export const selectorsOf = (expr: string): Selector[] =>
  [...expr.matchAll(METRIC)].map(([, ofShop, ofOthers, matchers = '']) => ({
    metric: ofShop ?? ofOthers ?? '',
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!=|=|!~)/g)].map(([, label = '']) => label),
  }));

/** The exported metrics with the labels of their series. */
export function exportedBy(texts: readonly string[]): Map<string, Set<string>> {
  const metrics = new Map<string, Set<string>>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, declared] = /^# TYPE (\w+) /.exec(line) ?? [];
    if (declared !== undefined) metrics.set(declared, metrics.get(declared) ?? new Set());
    const [, series = '', labels = ''] = /^(\w+)\{(.*)\} /.exec(line) ?? [];
    const names = metrics.get(series) ?? metrics.get(series.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) names?.add(label);
  }
  return metrics;
}
