import { TIME_ZONE } from '../../domain/time-zone.ts';
import type { OrderEmailTemplate, Purchase } from '../../entities/order/email-facts.ts';
import {
  greeting,
  linkBase,
  type Paragraph,
  type RenderedEmail,
  renderParagraphs,
  withoutLinks,
} from './email-renderer.ts';

const money = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' });

/** Paise as `₹1,23,456.78`. */
const rupees = (paise: number): string => money.format(paise / 100);

interface Template {
  subject(of: Purchase): string;
  body(of: Purchase): Paragraph[];
  /** The storefront page of the link. */
  page: 'order' | 'cart';
  /** The text before the link. */
  linkText?: string;
}

/** Gives a guest access to the page of an order. */
export interface OrderLink {
  token: string;
  expiresAt: Date;
}

/** The values for links. */
interface LinkOptions {
  storeUrl: string;
  /** Absent for customers. */
  guest?: OrderLink;
}

const number = ({ order }: Purchase): string => order?.number ?? '';
const INVOICE = 'See the order and its invoice here:';

const TEMPLATES: Record<OrderEmailTemplate, Template> = {
  'order-confirmed': {
    subject: (of) => `Your order ${number(of)}`,
    body: (of) => [
      `Thank you. We have received your order ${number(of)} and your payment.`,
      {
        rows: (of.order?.lines ?? []).map(({ title, quantity, lineTotal }) => [
          `${quantity} × ${title}`,
          rupees(lineTotal),
        ]),
      },
      `Total with delivery: ${rupees(of.order?.total ?? 0)}`,
      ...addressOf(of),
    ],
    page: 'order',
    linkText: INVOICE,
  },
  'order-cancelled': {
    subject: (of) => `Your order ${number(of)} was cancelled`,
    body: (of) => [`Your order ${number(of)} was cancelled. We refund your payment to your original payment method.`],
    page: 'order',
    linkText: 'See the order and its credit note here:',
  },
  'shipment-sent': {
    subject: (of) => `Your order ${number(of)} is on its way`,
    body: (of) => [
      `We have shipped a parcel of your order ${number(of)}:`,
      { rows: (of.shipment?.lines ?? []).map(({ title, quantity }) => [`${quantity} × ${title}`]) },
      ...trackingOf(of),
    ],
    page: 'order',
    linkText: INVOICE,
  },
  'refund-made': {
    subject: (of) => `Refund for your order ${number(of)}`,
    body: (of) => [
      `We have refunded ${rupees(of.refund?.amount ?? 0)} for your order ${number(of)}. Your bank may take some days to show the refund.`,
    ],
    page: 'order',
    linkText: 'See the order and its credit note here:',
  },
  'return-approved': {
    subject: (of) => `Your return for order ${number(of)} is approved`,
    body: (of) => [
      `You can send back the goods of your order ${number(of)} as you requested. We refund your payment when the goods arrive.`,
    ],
    page: 'order',
  },
  'return-rejected': {
    subject: (of) => `Your return for order ${number(of)} is rejected`,
    body: (of) => [
      `You asked to send back goods of your order ${number(of)}. We are sorry: we cannot accept this return.`,
    ],
    page: 'order',
  },
  'checkout-expired': {
    subject: () => 'Your goods are no longer reserved',
    body: () => [
      'Your payment did not arrive in time, so we could not keep the goods for you. They are still in your cart.',
    ],
    page: 'cart',
  },
  'payment-returned': {
    subject: () => 'Your payment is refunded',
    body: () => [
      'Your payment arrived too late for an order. We refund the full amount to your original payment method; you need not do anything.',
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
  const parts = [carrier, trackingNumber].filter(Boolean);
  return parts.length > 0 ? [`Carrier and tracking number: ${parts.join(', ')}.`] : [];
}

/** Renders an e-mail about a purchase. The link of a guest opens the order without an account until it expires. */
export function renderOrderEmail(template: OrderEmailTemplate, of: Purchase, options: LinkOptions): RenderedEmail {
  const { subject, body, page, linkText } = TEMPLATES[template];
  const link = page === 'order' ? orderLink(of, options) : [{ link: `${linkBase(options.storeUrl)}/cart` }];
  return renderParagraphs(subject(of), [greeting(of.name), ...body(of), ...(linkText ? [linkText] : []), ...link]);
}

function orderLink({ order }: Purchase, { storeUrl, guest }: LinkOptions): Paragraph[] {
  const [base, id] = [linkBase(storeUrl), order?.id ?? ''];
  if (!guest) return [{ link: `${base}/account/orders/${id}` }];
  const day = calendar.format(guest.expiresAt);
  return [
    { link: `${base}/orders/${id}?token=${guest.token}` },
    `The link works until ${day}, without an account. Anybody with the link can see the order, so do not share it.`,
  ];
}

const calendar = new Intl.DateTimeFormat('en-IN', { dateStyle: 'long', timeZone: TIME_ZONE });
