import { z } from 'zod';
import { job } from './contract.ts';

/** Tells every process what was changed, and makes anew what is read most: all changes within a quarter of a second are one job. */
export const warmCaches = job('caches', 'warm', z.object({}));

/** Lets what was read long ago count less. */
export const fadePopularity = job('caches', 'fade', z.object({}));
