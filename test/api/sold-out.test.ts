import { expect } from 'chai';
import { refuseSoldOut } from '../../src/api/store/sold-out.ts';
import { AppError } from '../../src/domain/errors.ts';
import { newId } from '../../src/infra/ids.ts';

const HOT = 100;

describe('the first gate of a rush', () => {
  /** So many checkouts of a variant at one instant: what each is told, `in` or the code. */
  async function rush(checkouts: number, units: number): Promise<string[]> {
    const variantId = newId();
    const pages = { available: async () => units };
    const told: string[] = [];
    for (let n = 0; n < checkouts; n++) {
      // Whoever comes next knows what the one before has had looked up.
      await Promise.resolve().then(() => Promise.resolve());
      told.push(tell(pages, variantId));
    }
    return told;
  }

  function tell(pages: { available(): Promise<number> }, variantId: string): string {
    try {
      refuseSoldOut({ pages }, { items: [{ variantId, quantity: 1 }] });
      return 'in';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.details).to.deep.equal({ variantId, requested: 1, available: 0 });
      return error.code;
    }
  }

  it('asks nobody before a hundred have come within a second', async () => {
    expect(new Set(await rush(HOT, 0))).to.deep.equal(new Set(['in']));
  });

  it('tells latecomers at once that everything is sold out', async () => {
    const told = await rush(HOT + 50, 0);
    expect(told.slice(0, HOT + 1)).not.to.include('INSUFFICIENT_INVENTORY');
    expect(told.at(-1)).to.equal('INSUFFICIENT_INVENTORY');
  });

  it('lets everybody in while there is something left', async () => {
    expect(new Set(await rush(HOT + 50, 1))).to.deep.equal(new Set(['in']));
  });
});
