import { expect } from 'chai';
import { INDIAN_SUBDIVISIONS } from '../../src/domain/tax/india.ts';
import { isPinCode, normalisePinCode, statesOfPinCode } from '../../src/domain/tax/pin-codes.ts';

/** A head or border post office of each state, from the directory of the Department of Posts. */
const OFFICES: Record<string, readonly string[]> = {
  'IN-AN': ['744101', '744301'],
  'IN-AP': ['517501', '520001', '530001', '507126'],
  'IN-AR': ['790001', '791111', '792001'],
  'IN-AS': ['781001', '783301', '788001'],
  'IN-BR': ['800001', '811201', '813101', '814131', '821115', '824101', '855107'],
  'IN-CG': ['492001', '497001'],
  'IN-CH': ['160017', '140125'],
  'IN-DH': ['396210', '396230', '362520'],
  'IN-DL': ['110001', '110096'],
  'IN-GA': ['403001', '403802'],
  'IN-GJ': ['360001', '362001', '380001', '396001'],
  'IN-HP': ['171001', '177001'],
  'IN-HR': ['122001', '134109', '136118'],
  'IN-JH': ['813208', '814112', '816107', '822101', '826001', '834001'],
  'IN-JK': ['180001', '184101', '190001', '193101'],
  'IN-KA': ['560001', '575001', '591101'],
  'IN-KL': ['670001', '673001', '682001', '695001'],
  'IN-LA': ['194101', '194103'],
  'IN-LD': ['682555', '682559'],
  'IN-MH': ['400001', '416510', '445001'],
  'IN-ML': ['793001', '794001', '783123', '781131'],
  'IN-MN': ['795001'],
  'IN-MP': ['450001', '462001', '488001'],
  'IN-MZ': ['796001'],
  'IN-NL': ['797001', '798601'],
  'IN-OD': ['751001', '770001'],
  'IN-PB': ['140001', '152001', '160055'],
  'IN-PY': ['605001', '607402', '609602', '673310', '533464'],
  'IN-RJ': ['302001', '307501', '345001'],
  'IN-SK': ['737101'],
  'IN-TN': ['600001', '605501', '607001', '609001', '643001'],
  'IN-TR': ['799001'],
  'IN-TS': ['500001', '507001', '509001'],
  'IN-UK': ['244713', '246001', '247667', '248001', '262501', '263001'],
  'IN-UP': ['201301', '244001', '246701', '247001', '262001', '285001'],
  'IN-WB': ['700001', '734101', '743144'],
};

const codesOf = (pinCode: string): string[] => statesOfPinCode(pinCode).map(({ code }) => code);

describe('PIN codes', () => {
  it('have six digits that do not start with 0', () => {
    expect(['560001', '110001', '900001'].every(isPinCode)).to.equal(true);
    expect(['056001', '56000', '5600011', '560 001', 'ABCDEF', '560001\n'].some(isPinCode)).to.equal(false);
  });

  it('are normalised when they are written with a space after the third digit', () => {
    for (const typed of ['560001', '560 001', ' 560\u00a0001\n']) expect(normalisePinCode(typed)).to.equal('560001');
    for (const typed of ['5600 01', '560 0011', '560-001']) expect(isPinCode(normalisePinCode(typed))).to.equal(false);
  });

  it('belong to the state of their post office, in every state', () => {
    expect(Object.keys(OFFICES)).to.have.members(INDIAN_SUBDIVISIONS.map(({ code }) => code));
    for (const [state, pinCodes] of Object.entries(OFFICES)) {
      for (const pinCode of pinCodes) expect(codesOf(pinCode), pinCode).to.include(state);
    }
  });

  it('belong to no other state, unless the sorting district is shared', () => {
    expect(codesOf('560001')).to.deep.equal(['IN-KA']);
    expect(codesOf('500001')).to.deep.equal(['IN-TS']);
    expect(codesOf('194101')).to.deep.equal(['IN-LA']);
    expect(codesOf('248001')).to.deep.equal(['IN-UK']);
    expect(codesOf('396210')).to.deep.equal(['IN-DH', 'IN-GJ']);
    expect(codesOf('533464')).to.deep.equal(['IN-AP', 'IN-PY']);
  });

  it('of a new sorting district belong to the states of its circle', () => {
    expect(codesOf('568001')).to.deep.equal(['IN-KA']);
    expect(codesOf('819001')).to.deep.equal(['IN-BR', 'IN-JH']);
  });

  it('of the army, or with digits that no circle has, say nothing about a state', () => {
    for (const pinCode of ['900056', '990001', '350001', '100001']) expect(codesOf(pinCode)).to.deep.equal([]);
  });
});
