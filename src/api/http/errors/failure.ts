import { AppError, type ErrorCode } from '../../../domain/errors.ts';
import { isDatabaseDown, isPoolExhausted } from '../../../infra/database/database.ts';

/** The parts of an error response. */
export interface Failure {
  code: ErrorCode;
  /** Replaces the default message of the code. */
  message?: string;
  details?: unknown;
  headers?: Record<string, string>;
}

/** A fault of the request itself (its shape, route or credentials), found before any business rule runs. */
export class RequestFault extends Error {
  readonly failure: Failure;

  constructor(code: ErrorCode, rest: Omit<Failure, 'code'> = {}) {
    super(rest.message ?? code);
    this.failure = { code, ...rest };
  }
}

/**
 * Maps a thrown value to its error response. An unexpected error becomes INTERNAL_ERROR: its message and stack may hold
 * personal data, and go only to the log.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return { code: error.code, message: error.message, details: error.details };
  if (error instanceof RequestFault) return error.failure;
  if (!(error instanceof Error)) return { code: 'INTERNAL_ERROR' };
  return requestFailure(error) ?? databaseFailure(error) ?? { code: 'INTERNAL_ERROR' };
}

/** Faults that Express and its body parsers report. */
function requestFailure(error: Error): Failure | undefined {
  const type = Reflect.get(error, 'type');
  switch (type) {
    case 'entity.parse.failed':
      return { code: 'MALFORMED_JSON', details: [{ where: 'body', problem: parseProblem(error), expected: 'JSON' }] };
    case 'entity.too.large':
      return { code: 'PAYLOAD_TOO_LARGE', details: { limitBytes: Reflect.get(error, 'limit') } };
    case 'charset.unsupported':
      return unsupported('content-type', 'The charset of the body is not supported.', 'charset=utf-8');
    case 'encoding.unsupported':
      return unsupported('content-encoding', 'The encoding of the body is not supported.', 'gzip, deflate, br or none');
    default:
      break;
  }
  switch (Reflect.get(error, 'status')) {
    case 400:
      return malformedText(error);
    case 412:
      return { code: 'VERSION_MISMATCH' };
    default:
      return undefined;
  }
}

const unsupported = (header: string, message: string, expected: string): Failure => ({
  code: 'UNSUPPORTED_MEDIA_TYPE',
  message,
  details: [{ where: `header.${header}`, problem: 'is not supported', expected }],
});

/** Says where the JSON is invalid, without repeating the client's text. */
function parseProblem(error: Error): string {
  const place = /position \d+( \(line \d+ column \d+\))?/.exec(error.message)?.[0];
  return place ? `breaks at ${place}` : 'is incomplete or is not JSON';
}

/** The codes of zlib, and those of its Brotli decoder. */
const NOT_DECODABLE = /^(Z_|ERR__ERROR_)/;

function malformedText(error: Error): Failure {
  if (NOT_DECODABLE.test(String(Reflect.get(error, 'code')))) {
    const problem = 'does not match the body, which cannot be decompressed';
    return { code: 'VALIDATION_FAILED', details: [{ where: 'header.content-encoding', problem }] };
  }
  const where = error instanceof URIError ? 'path' : 'body';
  return { code: 'VALIDATION_FAILED', details: [{ where, problem: 'cannot be read', expected: 'well-formed UTF-8' }] };
}

/** PostgreSQL cannot store U+0000 in a text: a fault of the request, wherever the character stands. */
const UNSTORABLE_TEXT = /^(22021|22P05)$/;

/** A number or a time outside the range of its column. */
const OUT_OF_RANGE = /^(22003|22008)$/;

/** Serialisation failure, deadlock, lock not available, stale version: another transaction was first. */
const CONFLICT = /^(40001|40P01|55P03|VC001)$/;

function databaseFailure(error: Error): Failure | undefined {
  if (isPoolExhausted(error)) return { code: 'DATABASE_BUSY' };
  if (isDatabaseDown(error)) return { code: 'DATABASE_UNAVAILABLE' };
  let cause: unknown = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth += 1) {
    const code = String(Reflect.get(cause, 'code'));
    if (CONFLICT.test(code)) return { code: 'CONCURRENT_UPDATE' };
    if (UNSTORABLE_TEXT.test(code)) return nulCharacter;
    if (OUT_OF_RANGE.test(code)) return outOfRange;
    cause = cause.cause;
  }
  return undefined;
}

const nulCharacter: Failure = {
  code: 'VALIDATION_FAILED',
  details: [{ where: 'request', problem: 'a text holds a character that cannot be stored', expected: 'no U+0000' }],
};

const outOfRange: Failure = {
  code: 'VALIDATION_FAILED',
  details: [{ where: 'request', problem: 'a number or a time is out of range', expected: 'a smaller value' }],
};
