import { defineEntity, p } from '@mikro-orm/core';

const CustomerGroupSchema = defineEntity({
  name: 'CustomerGroup',
  tableName: 'customer_groups',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** Customers who are treated alike, by prices and discounts. */
export class CustomerGroup extends CustomerGroupSchema.class {}
CustomerGroupSchema.setClass(CustomerGroup);
