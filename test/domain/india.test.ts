import { expect } from 'chai';
import {
  currentStateCode,
  INDIAN_SUBDIVISIONS,
  indianSubdivision,
  isIndianSubdivision,
  isSameState,
} from '../../src/domain/tax/india.ts';

describe('India', () => {
  it('has 28 states and 8 union territories, each with a GST code of its own', () => {
    expect(INDIAN_SUBDIVISIONS).to.have.length(36);
    expect(new Set(INDIAN_SUBDIVISIONS.map(({ code }) => code)).size).to.equal(36);
    expect(new Set(INDIAN_SUBDIVISIONS.map(({ gstCode }) => gstCode)).size).to.equal(36);
    for (const { code, gstCode } of INDIAN_SUBDIVISIONS) {
      expect(code).to.match(/^IN-[A-Z]{2}$/);
      expect(gstCode).to.match(/^[0-3][0-9]$/);
    }
  });

  it('knows a state by its code, also by one that ISO has replaced', () => {
    expect(indianSubdivision('IN-KA')).to.deep.equal({ code: 'IN-KA', name: 'Karnataka', gstCode: '29' });
    expect(indianSubdivision('IN-TG')?.code).to.equal('IN-TS');
    for (const former of ['IN-CT', 'IN-OR', 'IN-UT']) expect(isIndianSubdivision(former)).to.equal(true);
    for (const former of ['IN-DN', 'IN-DD']) {
      expect(currentStateCode(former)).to.equal('IN-DH');
      expect(indianSubdivision(former)?.gstCode).to.equal('26');
      expect(isSameState(former, 'IN-DH')).to.equal(true);
    }
    expect(currentStateCode('IN-KA')).to.equal('IN-KA');
  });

  it('does not know other places, nor words that every object answers to', () => {
    for (const code of ['KA', 'in-ka', 'US-CA', '', 'constructor', '__proto__']) {
      expect(isIndianSubdivision(code), code).to.equal(false);
    }
  });
});
