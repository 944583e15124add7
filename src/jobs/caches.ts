import { z } from 'zod';
import { job } from './contract.ts';

/** Announces changes to every process and refills the most-read cache entries. Changes within 250 ms share a job. */
export const warmCaches = job('caches', 'warm', z.object({}));

/** Halves the popularity counts, so that old reads count less. */
export const decayPopularity = job('caches', 'fade', z.object({}));
