import { ERRORS } from '../../domain/errors.ts';
import { type Failure, failureOf } from '../http/errors/failure.ts';
import type { Problem } from '../http/errors/problems.ts';

/** Says why a request was refused. @throws the error itself when the server is at fault */
export function refusalText(error: unknown): string {
  const failure = failureOf(error);
  if (ERRORS[failure.code].status >= 500) throw error;
  return alertTextOf(failure);
}

/** The message of a failure, with the problem of each field and the time to wait. */
export function alertTextOf({ code, message, headers, details }: Failure): string {
  const seconds = Number(headers?.['Retry-After'] ?? 0);
  const wait =
    seconds > 0 ? ` Wait ${seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`}.` : '';
  const text = message ?? ERRORS[code].message;
  if (!Array.isArray(details)) return `${text}${wait}`;
  return `${text.replace(DETAILS_HINT, '')} ${details.map(problemText).join('; ')}.${wait}`;
}

/** A page shows the problems themselves. */
const DETAILS_HINT = ' Correct the problems listed in the details.';

const problemText = ({ where, problem }: Problem): string =>
  `${where.replace(/^(?:body|query|path)\W?/, '') || 'The form'}: ${problem}`;
