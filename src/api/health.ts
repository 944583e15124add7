import { z } from 'zod';
import { openReadiness, type ReadinessDeps } from '../infra/readiness.ts';
import { type AnyRoute, route } from './http/route.ts';

const healthSchema = z.object({ status: z.enum(['ok', 'unavailable']), checks: z.record(z.string(), z.boolean()) });

const HEALTH = { permission: 'public', access: 'public', limit: 'none', tag: 'Operations' } as const;

/** `/healthz` reports liveness, `/readyz` reports readiness. */
export function healthRoutes(deps: ReadinessDeps): AnyRoute[] {
  const runChecks = openReadiness(deps);
  const liveness = route({
    ...HEALTH,
    method: 'get',
    path: '/healthz',
    summary: 'Check liveness',
    answers: { 200: { description: 'The process is alive', schema: healthSchema } },
    handle: async () => ({ status: 200, body: { status: 'ok', checks: {} } }),
  });
  const readiness = route({
    ...HEALTH,
    method: 'get',
    path: '/readyz',
    summary: 'Check readiness',
    description:
      '`postgres` and `redis`: the server accepts writes. `migrations`: all migrations of this version are applied. `serving`: the process is not stopping, and no route is stuck.',
    answers: {
      200: { description: 'All checks pass', schema: healthSchema },
      503: { description: 'At least one check fails', schema: healthSchema },
    },
    async handle() {
      const checks = await runChecks();
      const status = Object.values(checks).every(Boolean) ? 'ok' : 'unavailable';
      return { status: status === 'ok' ? 200 : 503, body: { status, checks } };
    },
  });
  return [liveness, readiness];
}
