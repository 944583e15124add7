import type { Ware } from '../wares.ts';
import { alike } from './sizes.ts';

const LETTERS = alike('XS', 'S', 'M', 'L', 'XL', 'XXL');

export const APPAREL: readonly Ware[] = [
  {
    collection: { slug: 'womens-kurtas', title: 'Women’s Kurtas' },
    code: 'KUR',
    hsn: '62114210',
    taxClass: 'apparel',
    brands: ['Aranya', 'Rangrez Studio', 'Kaashvi', 'Neelbagh'],
    words: [
      ['Block Print', 'Chikankari', 'Bandhani', 'Ajrakh', 'Kalamkari', 'Embroidered', 'Solid'],
      ['Cotton', 'Mulmul', 'Chanderi', 'Linen', 'Rayon'],
      ['Straight Kurta', 'A-Line Kurta', 'Anarkali Kurta', 'Short Kurta', 'Angrakha Kurta'],
    ],
    sentences: [
      'Printed by hand in Bagru, so no two are quite alike.',
      'Side slits and a pocket that holds a phone.',
      'Breathes through the longest summer afternoon.',
      'Wash cold with like colours, dry in the shade.',
    ],
    sizes: LETTERS,
    colors: ['Indigo', 'Mustard', 'Rust', 'Ivory', 'Bottle Green', 'Fuchsia', 'Teal'],
    price: [699, 3_299],
  },
  {
    // A saree is fabric in the tariff, taxed at 5 % at any price; the price slabs are for sewn clothing.
    collection: { slug: 'sarees', title: 'Sarees' },
    code: 'SAR',
    hsn: '50072010',
    taxClass: 'essential',
    brands: ['Banaras Bunai', 'Kanchi Looms', 'Phulia Weaves', 'Neelbagh'],
    words: [
      ['Banarasi', 'Kanjivaram', 'Chanderi', 'Paithani', 'Jamdani', 'Ikat', 'Tussar'],
      ['Silk', 'Cotton Silk', 'Handloom', 'Organza'],
      ['Zari Border Saree', 'Temple Border Saree', 'Butta Saree', 'Floral Saree', 'Saree with Blouse Piece'],
    ],
    sentences: [
      'Six metres, woven over eleven days.',
      'The pallu carries the pattern of the weaver’s family.',
      'Comes with the silk mark of its cooperative.',
      'Dry clean only, fold along new lines now and then.',
    ],
    sizes: [],
    colors: ['Maroon', 'Peacock Blue', 'Parrot Green', 'Rani Pink', 'Gold', 'Ivory', 'Black'],
    price: [1_499, 18_999],
  },
  {
    collection: { slug: 'mens-shirts', title: 'Men’s Shirts' },
    code: 'SHT',
    hsn: '62052090',
    taxClass: 'apparel',
    brands: ['Tana Bana', 'Malabar Mills', 'Field & Ferry'],
    words: [
      ['Checked', 'Striped', 'Solid', 'Printed', 'Textured', 'Washed'],
      ['Oxford', 'Linen', 'Poplin', 'Khadi', 'Seersucker', 'Denim'],
      ['Casual Shirt', 'Formal Shirt', 'Half-Sleeve Shirt', 'Mandarin Collar Shirt'],
    ],
    sentences: [
      'Cut for Indian shoulders, roomy where it should be.',
      'Buttons of coconut shell, sewn to stay.',
      'Softens with every wash.',
      'Goes from the metro to the meeting without an iron.',
    ],
    sizes: alike('38', '39', '40', '42', '44'),
    colors: ['White', 'Sky Blue', 'Navy', 'Olive', 'Charcoal', 'Brick'],
    price: [799, 2_799],
  },
  {
    collection: { slug: 'kidswear', title: 'Kidswear' },
    code: 'KID',
    hsn: '61091000',
    taxClass: 'apparel',
    brands: ['Chhota Kadam', 'Gilli Danda'],
    words: [
      ['Elephant', 'Peacock', 'Kite', 'Mango', 'Rickshaw', 'Tiger', 'Monsoon'],
      ['Cotton', 'Organic Cotton', 'Muslin'],
      ['T-Shirt', 'Kurta Set', 'Pyjama Set', 'Frock'],
    ],
    sentences: [
      'Washed soft before it is sewn.',
      'Room to grow: the hem lets down.',
      'Colours that survive mud.',
      'No labels that scratch.',
    ],
    sizes: alike('2-3 Y', '4-5 Y', '6-7 Y', '8-9 Y', '10-11 Y'),
    colors: ['Yellow', 'Sky Blue', 'Coral', 'Mint'],
    price: [349, 1_299],
  },
  {
    collection: { slug: 'footwear', title: 'Footwear' },
    code: 'SHO',
    hsn: '64035990',
    taxClass: 'footwear',
    brands: ['Kolhapur Karigar', 'Mochi Gali', 'Doab Leather'],
    words: [
      ['Handcrafted', 'Embroidered', 'Classic', 'Cushioned', 'Braided'],
      ['Leather', 'Suede', 'Canvas', 'Jute'],
      ['Kolhapuri Chappals', 'Juttis', 'Mojaris', 'Sandals', 'Loafers', 'Sneakers'],
    ],
    sentences: [
      'Stitched, not glued, by a family of cobblers.',
      'The sole takes the shape of your foot in a week.',
      'If between sizes, take the larger one.',
      'Wipe with a dry cloth.',
    ],
    sizes: alike('UK 5', 'UK 6', 'UK 7', 'UK 8', 'UK 9', 'UK 10'),
    colors: ['Tan', 'Black', 'Brown', 'Maroon', 'Gold'],
    price: [599, 3_999],
  },
];
