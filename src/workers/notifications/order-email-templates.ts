import type { OrderEmailTemplate, Purchase } from '../../entities/order/email-facts.ts';
import { TIME_ZONE } from '../../jobs/schedule.ts';
import { greeting, linkBase, type Paragraph, type Written, withoutLinks, written } from './email-renderer.ts';

const money = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' });

/** Paise as `₹1,23,456.78`. */
const rupees = (paise: number): string => money.format(paise / 100);

interface Template {
  subject(of: Purchase): string;
  body(of: Purchase): Paragraph[];
  /** The page of the shop front that it leads to. */
  page: 'order' | 'cart';
  /** What is found on the page, before its link. */
  leadsTo?: string;
}

/** What lets a guest in at the page of an order. */
export interface OrderLink {
  token: string;
  expiresAt: Date;
}

/** Where the pages are. */
interface Pages {
  storeUrl: string;
  /** Absent for customers. */
  guest?: OrderLink;
}

const number = ({ order }: Purchase): string => order?.number ?? '';
const INVOICE = 'The order and its invoice are here:';

const TEMPLATES: Record<OrderEmailTemplate, Template> = {
  'order-confirmed': {
    subject: (of) => `Your order ${number(of)}`,
    body: (of) => [
      `Thank you. We have your order ${number(of)} and your payment.`,
      {
        rows: (of.order?.lines ?? []).map(({ title, quantity, lineTotal }) => [
          `${quantity} × ${title}`,
          rupees(lineTotal),
        ]),
      },
      `In all, with delivery: ${rupees(of.order?.total ?? 0)}`,
      ...addressOf(of),
    ],
    page: 'order',
    leadsTo: INVOICE,
  },
  'order-cancelled': {
    subject: (of) => `Your order ${number(of)} was cancelled`,
    body: (of) => [`Your order ${number(of)} was cancelled. What you paid for it goes back the way it came.`],
    page: 'order',
    leadsTo: 'The order and its credit note are here:',
  },
  'shipment-sent': {
    subject: (of) => `Your order ${number(of)} is on its way`,
    body: (of) => [
      `A parcel of your order ${number(of)} has left us:`,
      { rows: (of.shipment?.lines ?? []).map(({ title, quantity }) => [`${quantity} × ${title}`]) },
      ...trackingOf(of),
    ],
    page: 'order',
    leadsTo: INVOICE,
  },
  'refund-made': {
    subject: (of) => `Money back for your order ${number(of)}`,
    body: (of) => [
      `We have given ${rupees(of.refund?.amount ?? 0)} back for your order ${number(of)}. Your bank may take some days to show it.`,
    ],
    page: 'order',
    leadsTo: 'The order and its credit note are here:',
  },
  'return-approved': {
    subject: (of) => `You can send it back: order ${number(of)}`,
    body: (of) => [
      `You asked to send back goods of your order ${number(of)}. Please do; your money follows when they are here.`,
    ],
    page: 'order',
  },
  'return-rejected': {
    subject: (of) => `About the return of your order ${number(of)}`,
    body: (of) => [`You asked to send back goods of your order ${number(of)}. We are sorry: we cannot take them back.`],
    page: 'order',
  },
  'checkout-expired': {
    subject: () => 'Your goods are no longer reserved',
    body: () => [
      'Your payment did not come in time, so we could not keep the goods for you. They are still in your cart.',
    ],
    page: 'cart',
  },
  'payment-returned': {
    subject: () => 'Your payment goes back',
    body: () => [
      'Your payment reached us when it could no longer become an order. All of it goes back the way it came; you need not do anything.',
    ],
    page: 'cart',
  },
};

function addressOf({ address }: Purchase): Paragraph[] {
  if (!address) return [];
  const { name, line1, line2, city, postalCode } = address;
  return [
    'We deliver to:',
    { rows: [name, line1, ...(line2 ? [line2] : []), `${city} ${postalCode}`].map((line) => [withoutLinks(line)]) },
  ];
}

function trackingOf({ shipment }: Purchase): Paragraph[] {
  const { carrier, trackingNumber } = shipment ?? {};
  const known = [carrier, trackingNumber].filter(Boolean);
  return known.length > 0 ? [`It goes by ${known.join(', number ')}.`] : [];
}

/** Writes a letter about a purchase. The link for a guest opens the order, and says for how long. */
export function renderOrderEmail(letter: OrderEmailTemplate, of: Purchase, pages: Pages): Written {
  const { subject, body, page, leadsTo } = TEMPLATES[letter];
  const link = page === 'order' ? orderLink(of, pages) : [{ link: `${linkBase(pages.storeUrl)}/cart` }];
  return written(subject(of), [greeting(of.name), ...body(of), ...(leadsTo ? [leadsTo] : []), ...link]);
}

function orderLink({ order }: Purchase, { storeUrl, guest }: Pages): Paragraph[] {
  const [base, id] = [linkBase(storeUrl), order?.id ?? ''];
  if (!guest) return [{ link: `${base}/account/orders/${id}` }];
  const day = calendar.format(guest.expiresAt);
  return [
    { link: `${base}/orders/${id}?token=${guest.token}` },
    `The link works until ${day}, without an account. Anybody who has it can see the order, so keep it to yourself.`,
  ];
}

const calendar = new Intl.DateTimeFormat('en-IN', { dateStyle: 'long', timeZone: TIME_ZONE });
