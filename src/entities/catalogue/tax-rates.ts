/** SQL for the rates of a tax class as JSON `TaxRate[]`; `taxClass` is the SQL of its code. */
export const ratesOf = (taxClass: string): string =>
  `(select json_agg(json_build_object('validFrom', r.valid_from, 'minUnitPrice', r.min_unit_price,
      'percent', r.percent::text) order by r.valid_from, r.min_unit_price)
    from tax_rates r where r.tax_class = ${taxClass})`;
