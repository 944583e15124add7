const ITEMS = `select coalesce(json_agg(json_build_object('variantId', i.variant_id, 'maxQuantity', i.max_quantity,
    'surcharge', i.surcharge) order by i.position), '[]') from bundle_items i where i.set_id = s.id`;

/** SQL for the choice sets of a bundle as JSON, in their order; `items` is the SQL for the items of set `s`. */
export const setsOf = (bundleId: string, items = ITEMS): string =>
  `(select coalesce(json_agg(json_build_object('id', s.id, 'title', s.title, 'minQuantity', s.min_quantity,
      'maxQuantity', s.max_quantity, 'items', (${items})) order by s.position), '[]')
    from bundle_sets s where s.bundle_id = ${bundleId})`;
