import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type express from 'express';
import { RequestFault } from '../../http/errors/failure.ts';
import { limitRate } from '../../http/limits/rate-limits.ts';
import { requestContextOf } from '../../http/request-context.ts';
import { mountPage } from '../ops-page.ts';
import { type OpsDeps, opsRequestOf } from '../ops-request.ts';
import { EVENTS_PATH, overviewPage } from './overview-page.ts';
import { openReadings, type ReadingAges } from './readings/readings.ts';
import { openWatchers, type WatchSettings } from './watchers.ts';

const UPLOT = dirname(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')));

export interface StaticFile {
  path: string;
  root: string;
  file: string;
  /** An hour by default. */
  cacheControl?: string;
}

/** Browsers ask each time whether it has changed: the script and the markup that it reads must be of one version. */
const ours = { root: import.meta.dirname, cacheControl: 'no-cache' };

/** The static files of the overview. */
export const OVERVIEW_FILES: readonly StaticFile[] = [
  { path: '/ops/overview.js', ...ours, file: 'overview.js' },
  { path: '/ops/overview.css', ...ours, file: 'overview.css' },
  { path: '/ops/uplot.js', root: UPLOT, file: 'uPlot.iife.min.js' },
  { path: '/ops/uplot.css', root: UPLOT, file: 'uPlot.min.css' },
];

/** Only tests override these settings. */
interface Settings {
  ages?: ReadingAges;
  watch?: WatchSettings;
}

/** Mounts the overview and the stream of its changes. */
export function mountOverview(router: express.Router, deps: OpsDeps, { ages, watch }: Settings = {}): void {
  const read = openReadings(deps, ages);
  const stream = openWatchers(deps, read, watch);
  mountPage(router, deps, overviewPage(deps, read));
  router.get(EVENTS_PATH, async (request, response) => {
    requestContextOf(response).route = EVENTS_PATH;
    const opsRequest = await opsRequestOf(deps, { request, response });
    const { person, principal, raw } = opsRequest;
    await limitRate(deps.limits, { access: 'person', method: 'get' }, { principal, raw });
    if (!person) throw new RequestFault('AUTHENTICATION_REQUIRED');
    if (person.awaitsMfa) throw new RequestFault('MFA_REQUIRED');
    await stream(opsRequest, person);
  });
}
