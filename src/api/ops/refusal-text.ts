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
  const problems = Array.isArray(details) ? ` ${details.map(problemText).join('; ')}.` : '';
  return `${message ?? ERRORS[code].message}${problems}${wait}`;
}

const problemText = ({ where, problem }: Problem): string =>
  `${where.replace(/^(?:body|query|path)\W?/, '') || 'The form'}: ${problem}`;
