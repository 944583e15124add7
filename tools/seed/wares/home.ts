import type { Ware } from '../wares.ts';
import { packs } from './sizes.ts';

export const HOME: readonly Ware[] = [
  {
    collection: { slug: 'home-linen', title: 'Home Linen' },
    code: 'LIN',
    hsn: '63022190',
    taxClass: 'apparel',
    brands: ['Sanganer House', 'Solapur Weaves', 'Neelbagh'],
    words: [
      ['Block Print', 'Handloom', 'Kantha', 'Waffle', 'Striped', 'Percale'],
      ['Cotton', 'Linen', 'Bamboo', 'Mulmul'],
      ['Bedsheet Set', 'Dohar', 'Quilt', 'Bedcover'],
    ],
    sentences: [
      'Two pillow covers are in the set.',
      'Light for April, warm enough for December.',
      'Natural dyes: wash apart the first three times.',
      'Hemmed by hand.',
    ],
    sizes: packs({ Single: 1, Double: 1.5, King: 1.8 }),
    colors: ['Indigo', 'Ivory', 'Terracotta', 'Sage', 'Grey'],
    price: [899, 3_499],
  },
  {
    collection: { slug: 'kitchenware', title: 'Kitchenware' },
    code: 'KIT',
    hsn: '73239390',
    taxClass: 'reduced',
    brands: ['Rasoi Ratna', 'Moradabad Metals', 'Tawa & Co.'],
    words: [
      ['Tri-Ply', 'Hammered', 'Heavy-Base', 'Induction-Ready', 'Seasoned'],
      ['Stainless Steel', 'Copper', 'Cast Iron', 'Brass'],
      ['Kadhai', 'Tawa', 'Tope', 'Masala Dabba', 'Lota', 'Idli Steamer'],
    ],
    sentences: [
      'Heats evenly, right up to the rim.',
      'A lid that closes, a handle that stays cool.',
      'Will outlive its owner.',
      'Five years of guarantee against warping.',
    ],
    sizes: packs({ '1 L': 1, '2 L': 1.5, '3.5 L': 2.1 }),
    colors: [],
    price: [399, 2_199],
  },
  {
    collection: { slug: 'electronics-accessories', title: 'Electronics & Accessories' },
    code: 'ELE',
    hsn: '85183019',
    taxClass: 'electronics',
    brands: ['Dhwani', 'Bijli Labs', 'Taar'],
    words: [
      ['Wireless', 'Braided', 'Fast', 'Compact', 'Travel', 'Noise-Cancelling'],
      ['USB-C', 'Magnetic', 'Bluetooth', 'Dual-Port'],
      ['Earbuds', 'Charger', 'Power Bank', 'Cable', 'Speaker', 'Headphones'],
    ],
    sentences: [
      'One year of guarantee, replaced without questions.',
      'BIS certified.',
      'Survives monsoon, drops and small children.',
      'Everything that is needed is in the box.',
    ],
    sizes: [],
    colors: ['Black', 'White', 'Midnight Blue', 'Coral'],
    price: [299, 5_999],
  },
];
