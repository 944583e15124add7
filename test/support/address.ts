import type { Address } from '../../src/entities/checkout/checkout.ts';

/** In the seller's state: CGST and SGST. */
export const BENGALURU: Address = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'IN-KA',
  postalCode: '560001',
  country: 'IN',
  phone: '+91 98450 12345',
};

/** In another state: IGST. */
export const MUMBAI: Address = {
  name: 'Ravi Kulkarni',
  line1: '4 Hill Road',
  line2: 'Bandra West',
  city: 'Mumbai',
  state: 'IN-MH',
  postalCode: '400050',
  country: 'IN',
};

/** In a union territory without a legislature. */
export const CHANDIGARH: Address = {
  name: 'Gurpreet Singh',
  line1: '17 Sector 22-B',
  city: 'Chandigarh',
  state: 'IN-CH',
  postalCode: '160022',
  country: 'IN',
};
