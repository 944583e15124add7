import { expect } from 'chai';
import { repositoryTexts } from '../architecture/sources.ts';
import { untrueRoutes } from './routes.ts';

const PAGE = 'docs/ARCHITECTURE.md';

describe('the routes of the architecture page', () => {
  it('lead from file to file, as the files import each other', () => {
    const { count, untrue } = untrueRoutes(PAGE, repositoryTexts(PAGE)[PAGE] ?? '', repositoryTexts('src/'));
    expect(untrue.map(({ line, what }) => `${PAGE}:${line} ${what}`)).to.deep.equal([]);
    expect(count).to.be.at.least(7);
  });

  it('are refused when a file is missing, is not imported, shares no job, is not counted, or the route is long', () => {
    const code = {
      'src/a.ts': "import { b } from './b.ts';\nimport { send } from './jobs/mail.ts';",
      'src/b.ts': "import { other } from './jobs/mail.ts';",
      'src/d.ts': "import './d.ts';",
      'src/c.ts': "import { receive, send } from './jobs/mail.ts';",
    };
    const row = (count: number, path: string) => `| \`GET /a\` | \`rows\` | ${count} | ${path} |`;
    const rows = [
      row(2, '`src/a.ts` → `src/b.ts`'),
      row(2, '`src/a.ts` ⇢ `src/c.ts`'),
      row(2, '`src/b.ts` → `src/a.ts`'),
      row(2, '`src/a.ts` ⇢ `src/b.ts`'),
      row(3, '`src/a.ts` → `src/gone.ts`'),
      row(6, Array(6).fill('`src/a.ts`').join(' ⇢ ')),
      row(6, Array(6).fill('`src/d.ts`').join(' → ')),
    ];
    const { count, untrue } = untrueRoutes('a.md', rows.join('\n'), code);
    expect(count).to.equal(7);
    expect(untrue.map(({ line, what }) => `${line} ${what}`)).to.deep.equal([
      '3 src/b.ts does not import src/a.ts',
      '4 src/a.ts shares no job with src/b.ts',
      '5 names src/gone.ts, which is not there',
      '5 counts 3 files instead of 2',
      '7 leads through 6 files in one process',
    ]);
  });
});
