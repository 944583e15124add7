import { refused } from '../../domain/errors.ts';
import { isDuplicate } from '../../infra/database/database.ts';

/** Rethrows a violation of a unique name as a refusal. @throws NAME_TAKEN */
export const refuseTakenName = (error: unknown): never => {
  throw isDuplicate(error) ? refused('NAME_TAKEN') : error;
};
