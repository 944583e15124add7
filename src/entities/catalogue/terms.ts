export type ProductStatus = 'draft' | 'active' | 'archived';

/** What staff decide about a product. */
export interface ProductTerms {
  slug: string;
  title: string;
  description: string;
  brand: string;
  hsn: string;
  /** Unit in which the product is counted on invoices. */
  uqc: string;
  taxClass: string;
  status: ProductStatus;
  attributes: object;
  media: object[];
}

/** The terms of a new product; the others are `PRODUCT_DEFAULTS`. */
export type NewProduct = Pick<ProductTerms, 'title' | 'hsn' | 'taxClass'> & Partial<ProductTerms>;

export const PRODUCT_DEFAULTS = {
  description: '',
  brand: '',
  uqc: 'NOS',
  status: 'draft',
  attributes: {},
  media: [] as object[],
} as const;

/** What staff decide about a variant: one size and colour of a product. */
export interface VariantTerms {
  sku: string;
  size: string | null;
  color: string | null;
  /** Paise, with or without tax as the shop states its prices. */
  price: number;
  weightGrams: number;
  /** Most units per order; null: the limit of the shop. */
  maxPerOrder: number | null;
  attributes: object;
  status: 'active' | 'archived';
  /** Units that may be sold beyond the stock; kept with the stock level. */
  backorderLimit: number;
}

/** The terms of a new variant; the others are `VARIANT_DEFAULTS`. */
export type NewVariant = Pick<VariantTerms, 'sku' | 'price'> & Partial<VariantTerms>;

export const VARIANT_DEFAULTS = {
  size: null,
  color: null,
  weightGrams: 0,
  maxPerOrder: null,
  attributes: {},
  status: 'active',
  backorderLimit: 0,
} as const;
