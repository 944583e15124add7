/** SQL: units of the level `s` that can be bought now. The backorder limit counts; at 0 the variant is sold out. */
export const AVAILABLE = 'greatest(s.on_hand + s.backorder_limit - s.reserved, 0)';

/** SQL: whether the variant `v` of the product `p` is for sale. */
export const IS_FOR_SALE = `v.status = 'active' and p.status = 'active'`;
