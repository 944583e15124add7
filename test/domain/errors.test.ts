import { expect } from 'chai';
import { AppError, conflict, ERRORS, type ErrorCode, refused, unavailable } from '../../src/domain/errors.ts';

const STATUSES = {
  VALIDATION_ERROR: [400, 405, 406, 408, 413, 415, 422, 428, 431],
  AUTHENTICATION_ERROR: [401],
  AUTHORIZATION_ERROR: [403],
  BUSINESS_LOGIC_ERROR: [404, 409, 412, 422, 429],
  INFRASTRUCTURE_ERROR: [500, 503],
};

describe('the catalogue of errors', () => {
  it('gives every code a status that fits its family, and a sentence', () => {
    for (const [code, { status, type, message }] of Object.entries(ERRORS)) {
      expect(code).to.match(/^[A-Z]+(_[A-Z]+)*$/);
      expect(STATUSES[type], code).to.include(status);
      expect(message, code).to.match(/^[A-Z].+\.$/);
    }
  });

  it('answers 404 to everything that is not found', () => {
    const missing = Object.entries(ERRORS).filter(([code]) => code.endsWith('_NOT_FOUND'));
    expect(missing.map(([, { status }]) => status)).to.satisfy((all: number[]) => all.every((one) => one === 404));
  });
});

describe('an error', () => {
  it('carries its code, what to do about it and its details', () => {
    const error = refused('INSUFFICIENT_INVENTORY', { variantId: 'v', requested: 3, available: 2 });
    expect(error).to.be.instanceOf(AppError).and.instanceOf(Error);
    expect(error).to.include({ code: 'INSUFFICIENT_INVENTORY', kind: 'refused', name: 'AppError' });
    expect(error.details).to.deep.equal({ variantId: 'v', requested: 3, available: 2 });
    expect(error.message).to.equal(ERRORS.INSUFFICIENT_INVENTORY.message);
    expect(error.stack).to.contain('errors.test.ts');
  });

  it('says whether to retry, and speaks for itself when given a sentence', () => {
    const kinds = [refused, conflict, unavailable].map((make) => make('CONCURRENT_UPDATE' satisfies ErrorCode).kind);
    expect(kinds).to.deep.equal(['refused', 'conflict', 'unavailable']);
    expect(conflict('CONCURRENT_UPDATE', {}, 'Twice.')).to.include({ message: 'Twice.' });
  });
});
