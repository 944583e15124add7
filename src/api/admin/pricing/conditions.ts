import { z } from 'zod';

const MAX_IDS = 1_000;

export const name = z.string().trim().min(1).max(120);
export const priority = z.int().min(-1_000).max(1_000).meta({ description: 'Higher values apply first. Default: 0.' });
export const units = z.int().min(1).max(1_000_000);
const ids = z.array(z.uuid()).max(MAX_IDS);

export const groupIds = ids.meta({
  description: 'Ids of the customer groups that are eligible; empty: all customers.',
});
const instant = z.iso.datetime({ offset: true }).nullable();
export const windowFields = {
  startsAt: instant.optional().meta({ description: 'Start of validity, inclusive; null: no start.' }),
  endsAt: instant.optional().meta({ description: 'End of validity, exclusive; null: no end.' }),
};

export const target = z
  .strictObject({ productIds: ids.default([]), variantIds: ids.default([]), collectionIds: ids.default([]) })
  .meta({
    id: 'Target',
    description: 'Matches products, variants and collections: a variant in any of the three lists is selected.',
  });

export const selectionFields = {
  include: target.optional().meta({ description: 'Products that are included; empty lists: all products.' }),
  exclude: target.optional().meta({ description: 'Products that are excluded.' }),
};
