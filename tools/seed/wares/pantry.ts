import type { Ware } from '../wares.ts';
import { packs } from './sizes.ts';

export const PANTRY: readonly Ware[] = [
  {
    collection: { slug: 'tea-and-coffee', title: 'Tea & Coffee' },
    code: 'TEA',
    hsn: '09024020',
    taxClass: 'essential',
    brands: ['Nilgiri Mist', 'Kettle & Kulhad', 'Barak Valley'],
    words: [
      ['Assam', 'Darjeeling', 'Nilgiri', 'Kangra', 'Dooars', 'Munnar'],
      ['Second Flush', 'First Flush', 'Masala', 'Cardamom', 'Ginger', 'Tulsi', 'Kashmiri Kahwa', 'Breakfast'],
      ['Leaf Tea', 'CTC Tea', 'Green Tea'],
    ],
    sentences: [
      'Packed at the estate within days of plucking.',
      'Strong enough for milk, soft enough without.',
      'Brew one spoon a cup for four minutes.',
      'The tin keeps the leaves fresh for a year.',
    ],
    sizes: packs({ '100 g': 1, '250 g': 2.3, '500 g': 4.3, '1 kg': 8 }),
    colors: [],
    price: [120, 420],
  },
  {
    collection: { slug: 'bath-and-body', title: 'Bath & Body' },
    code: 'SOP',
    hsn: '34011190',
    taxClass: 'personal-care',
    brands: ['Vana Soapworks', 'Neemleaf', 'Madurai Malli'],
    words: [
      ['Neem', 'Sandalwood', 'Rose', 'Vetiver', 'Turmeric', 'Jasmine', 'Lemongrass', 'Charcoal'],
      ['Ayurvedic', 'Cold-Process', 'Gentle', 'Everyday', 'Handmade'],
      ['Bathing Bar', 'Goat Milk Soap', 'Glycerine Soap'],
    ],
    sentences: [
      'No sulphates and no animal fat.',
      'Made in small batches and cured for six weeks.',
      'The scent comes from the plant, not from a bottle.',
      'Kind to dry skin.',
    ],
    sizes: packs({ '75 g': 1, 'Pack of 3': 2.8, 'Pack of 6': 5.3 }),
    colors: [],
    price: [49, 180],
  },
  {
    collection: { slug: 'spices', title: 'Spices & Masalas' },
    code: 'SPC',
    hsn: '09103030',
    taxClass: 'essential',
    brands: ['Wayanad Pantry', 'Sil Batta', 'Guntur Gold'],
    words: [
      ['Stone-Ground', 'Single-Origin', 'Sun-Dried', 'Roasted', 'Organic'],
      ['Lakadong', 'Malabar', 'Byadgi', 'Kutch', 'Coorg', 'Kashmiri'],
      ['Turmeric Powder', 'Garam Masala', 'Chilli Powder', 'Sambar Powder', 'Coriander Powder'],
    ],
    sentences: [
      'Ground to order, never older than a month.',
      'From growers we know by name.',
      'A pinch is enough for a whole pot.',
      'Keep it cool, dry and away from light.',
    ],
    sizes: packs({ '50 g': 1, '100 g': 1.9, '250 g': 4.2 }),
    colors: [],
    price: [45, 190],
  },
  {
    collection: { slug: 'dry-fruit', title: 'Nuts & Dry Fruit' },
    code: 'NUT',
    hsn: '08013220',
    taxClass: 'reduced',
    brands: ['Mamra Mandi', 'Konkan Harvest'],
    words: [
      ['Whole', 'Roasted & Salted', 'Jumbo', 'Pepper-Dusted', 'Honey-Glazed'],
      ['Goan', 'Mamra', 'Kashmiri', 'Afghan', 'Medjool'],
      ['Cashews', 'Almonds', 'Walnut Kernels', 'Figs', 'Pistachios'],
    ],
    sentences: [
      'Sorted by hand, vacuum packed.',
      'This year’s harvest.',
      'A welcome box at any wedding.',
      'Nothing added but patience.',
    ],
    sizes: packs({ '200 g': 1, '500 g': 2.4, '1 kg': 4.6 }),
    colors: [],
    price: [220, 640],
  },
];
