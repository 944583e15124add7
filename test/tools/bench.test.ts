import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { priceCart } from '../../src/domain/pricing/price-cart.ts';
import type { Figures } from '../../tools/bench/measure.ts';
import { readOptions, readPricingOptions } from '../../tools/bench/options.ts';
import { percentilesOf } from '../../tools/bench/percentiles.ts';
import { cartOf } from '../../tools/bench/pricing/carts.ts';
import type { PricingFigures } from '../../tools/bench/pricing/measure.ts';
import { isExact, millisecondsOf, usageOf } from '../../tools/bench/processes.ts';
import { compare, readBaseline } from '../../tools/bench/ratio.ts';
import { table } from '../../tools/bench/table.ts';
import { byOrigin, hotSpots, ownSpots } from '../../tools/bench/top.ts';
import { haveSettled } from '../../tools/bench/warm-up.ts';
import { itAll } from '../support/extent.ts';

const run = promisify(execFile);
const BENCH = join(import.meta.dirname, '../../tools/bench.ts');
const FEW = ['--orders', '3', '--concurrency', '2', '--warmup', '3', '--idle', '1', '--settle', '0'];

describe('the bench', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-bench-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  itAll('measures purchases and the ceiling, and prints every row it promises', async function () {
    this.timeout(120_000);
    const file = join(folder, 'figures.json');
    const { stdout } = await run('node', [BENCH, ...FEW, '--json', file]);
    const rows = [
      /^ {2}buyers +orders\/s +p50 +p95 +p99 +202 p50 +202 p95 +202 p99/,
      /^ {2}buyers +web +worker +postgres +redis +sum +without idle +\| simulator +buyers +bench/,
      /^ {2}buyers +statements +begin, commit +key checks +commits +that wrote +WAL KB +\| Redis +jobs$/,
      /^ {2}2, hot +\d/,
      /^ {2}idle, per second +\d/,
      /^ {2}(web|worker|postgres|redis|simulator) +\d+ +\d+ +\d+$/,
      /^ {2}2 .*\d %.*\d x$/,
      /^ {2}added and worked off +\d/,
      /^ {2}web +\d+ +\d+$/,
      /^ {2}worker +\d+ +\d+$/,
      /^ {2}here, 2 buyers +\d/,
      /^ {2}Vendure 3\.7 +225–285 +377/,
      /^ {2}Medusa 2\.21 +650–820 +383 +20/,
      /^ {2}Every conservation invariant holds after the run\.$/,
    ];
    const lines = stdout.split('\n');
    for (const row of rows)
      expect(
        lines.some((line) => row.test(line)),
        `${row} in\n${stdout}`,
      ).to.equal(true);

    const figures: Figures = JSON.parse(await readFile(file, 'utf8'));
    expect(figures.levels.map(({ name, orders, failures }) => [name, orders, failures])).to.deep.equal([
      ['2', 3, []],
      ['2, hot', 3, []],
    ]);
    const { statements, nested, redisCommands, jobs, cpuMs } = figures.levels[0]?.perOrder ?? {};
    expect(statements).to.be.within(20, 80);
    expect(nested).to.be.greaterThan(10);
    expect(redisCommands).to.be.within(10, 400);
    expect(jobs).to.be.within(1, 20);
    expect(cpuMs?.web).to.be.greaterThan(0);
    expect(cpuMs?.postgres).to.be.greaterThan(0);
    expect(figures.ceiling[0]?.statements).to.be.within(15, 30);
  });

  itAll('says where the CPU goes, and which statements a purchase needs', async function () {
    this.timeout(120_000);
    const { stdout } = await run('node', [BENCH, ...FEW, '--profile', 'worker', '--statements']);
    expect(stdout).to.match(/^worker: [\d.]+ CPU-ms per order/m);
    expect(stdout).to.match(/^ {2}src +[\d.]+ +[\d.]+$/m);
    expect(stdout).to.match(/^ {2}with i0 as \(insert into .* [\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$/m);
    expect(stdout).to.match(/^ {2}cart\.edit +[\d.]+ +[\d.]+$/m);
    expect(stdout).not.to.include('of_the_bench');
  });

  it('is warm when the cost of a purchase no longer falls by a twentieth', () => {
    expect(haveSettled([40, 30])).to.equal(false);
    expect(haveSettled([40, 30, 28])).to.equal(false);
    expect(haveSettled([40, 30, 29])).to.equal(true);
    expect(haveSettled([40, 30, 35])).to.equal(true);
  });

  it('fails the check when a purchase takes over ten percent more than is stored', () => {
    const figures = (sumMs: number) => ({
      levels: [{ isHot: false, concurrency: 32, perOrder: { sumMs } }],
      ceiling: [{ concurrency: 32, cpuMs: 4 }],
    });
    const stored = { buyers: 32, timesCeiling: 5 };
    expect(compare(figures(21.9), stored).isGood).to.equal(true);
    expect(compare(figures(22.1), stored)).to.deep.equal({
      isGood: false,
      says: 'A purchase takes 5.53 times the CPU of the ceiling at 32 buyers; at most 5.50 is allowed (5 is stored).',
    });
    expect(compare(figures(1), { ...stored, buyers: 8 }).isGood).to.equal(false);
    expect(readBaseline()).to.have.keys('buyers', 'timesCeiling');
  });

  it('measures the pricing engine without a shop', async function () {
    this.timeout(60_000);
    const file = join(folder, 'pricing.json');
    const { stdout } = await run('node', [BENCH, 'pricing', '--runs', '20', '--json', file]);
    expect(stdout).to.match(/^ {2}lines +p50 +p99 +each line more +without discounts +discounts, %$/m);
    for (const lines of [1, 10, 100]) expect(stdout).to.match(new RegExp(`^ {2}${lines} +\\d.* -?\\d+$`, 'm'));
    const figures: PricingFigures[] = JSON.parse(await readFile(file, 'utf8'));
    expect(figures.map(({ lines }) => lines)).to.deep.equal([1, 10, 100]);
    for (const { p50, p99, withoutDiscounts } of figures) {
      expect(withoutDiscounts).to.be.greaterThan(0);
      expect(p99).to.be.at.least(p50);
    }
  });

  it('prices carts in which everything meets: lists, rules, ten discounts of a hundred', () => {
    const { explanation, discounts } = priceCart(cartOf(10, 0));
    const counted = explanation.filter(({ skipped }) => skipped === undefined);
    expect(counted.map(({ step }) => step)).to.include.members(['price-list', 'rule', 'discount', 'shipping']);
    const tried = explanation.filter(({ step, lineIndex }) => step === 'discount' && lineIndex === undefined);
    expect(tried.length).to.equal(100);
    const eligible = tried.filter(({ skipped }) => !skipped || skipped === 'BETTER_DISCOUNT_APPLIED');
    expect(eligible.length).to.equal(10);
    expect(discounts.length).to.be.greaterThan(2);
  });

  it('counts the CPU of a process, of its children, and once that of children that have ended', async () => {
    const burn = 'const until = Date.now() + 400; while (Date.now() < until);';
    const text = `require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(burn)}]);
      console.log('burnt');
      process.stdin.on('end', () => process.exit()).resume();`;
    const child = spawn(process.execPath, ['-e', text], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const usage = usageOf(child.pid ?? 0);
    child.stdin.end();
    await once(child, 'exit');
    expect(usage?.pid).to.equal(child.pid);
    expect(usage?.processes).to.equal(1);
    // How much of the 400 ms it was given depends on the machine.
    if (isExact) expect(usage?.cpuMs).to.be.within(100, 2_000);
    expect(usage?.rssMb).to.be.within(20, 500);
    expect(usageOf(child.pid ?? 0)).to.equal(null);
  });

  it('reads the times of ps', () => {
    expect(['0:00.05', '1:02:03.50', '2-03:00:00'].map(millisecondsOf)).to.deep.equal([50, 3_723_500, 183_600_000]);
  });

  it('ranks times', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(percentilesOf(values)).to.deep.equal({ p50: 100, p95: 190, p99: 198 });
    expect(percentilesOf([7])).to.deep.equal({ p50: 7, p95: 7, p99: 7 });
    expect(percentilesOf([])).to.equal(null);
  });

  it('adds up samples by function and by where it comes from', () => {
    const node = (id: number, functionName: string, url: string) => ({
      id,
      callFrame: { functionName, url, lineNumber: 4 },
    });
    const profile = {
      nodes: [
        node(1, '(idle)', ''),
        node(2, 'query', 'file:///x/node_modules/@scope/name/lib/a.js'),
        { ...node(3, '', 'file:///x/src/infra/log.ts'), children: [5] },
        node(4, 'query', 'file:///x/node_modules/@scope/name/lib/a.js'),
        node(5, 'writev', ''),
      ],
      samples: [1, 2, 3, 4, 5],
      timeDeltas: [9_000, 1_000, 2_000, 3_000, 500],
    };
    const spots = hotSpots(profile);
    expect(spots).to.deep.equal([
      { origin: '@scope/name', name: 'query lib/a.js:5', ms: 4 },
      { origin: 'src', name: '(anonymous) src/infra/log.ts:5', ms: 2 },
      { origin: 'node', name: 'writev', ms: 0.5 },
    ]);
    expect(byOrigin([...spots, { origin: 'src', name: 'x', ms: 3 }])[0]).to.deep.equal({ origin: 'src', ms: 5 });
    expect(ownSpots(profile)).to.deep.equal([
      { origin: '@scope/name', name: 'query lib/a.js:5', ms: 4 },
      { origin: 'src', name: '(anonymous) src/infra/log.ts:5', ms: 2.5 },
    ]);
  });

  it('prints figures with the digits that count', () => {
    const text = table([
      ['a', 'b'],
      ['first', 1.234],
      ['second', 12.34],
      ['third', 1_234.5],
      ['none', null],
    ]);
    expect(text.split('\n')).to.deep.equal([
      '  a          b',
      '  first   1.23',
      '  second  12.3',
      '  third   1235',
      '  none       –',
    ]);
  });

  it('says what is wrong with how it was called', () => {
    expect(() => readOptions(['--orders', 'many'])).to.throw('--orders must be a whole number');
    expect(() => readOptions(['--concurrency', '1,0'])).to.throw('--concurrency must be a whole number');
    expect(() => readOptions(['--profile', 'redis'])).to.throw('--profile must be web or worker');
    expect(() => readOptions(['--profile', 'web', '--data', 'x'])).to.throw('remove --data');
    for (const wrong of ['1.5', '-1', 'all', ''])
      expect(() => readOptions([`--tracing=${wrong}`])).to.throw('--tracing must be from 0 to 1');
    expect(readOptions(['--tracing', '0.01'])).to.include({ tracing: 0.01 });
    expect(() => readPricingOptions(['--runs', '0'])).to.throw('--runs must be a whole number');
    expect(() => readPricingOptions(['--orders', '1'])).to.throw('--orders');
    expect(readPricingOptions([])).to.deep.equal({ runs: 2_000, jsonFile: null });
    expect(readOptions(['--help'])).to.equal('help');
    expect(readOptions(['--orders', '7'])).to.include({ orders: 7, warmup: 2_000, dataDir: null, profile: null });
  });
});
