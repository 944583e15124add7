import type { TaxDocument } from '../../domain/invoices/document.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { decryptCheckout } from '../account/privacy/own-checkouts.ts';
import { openColumn, sealColumn, type Vault } from '../account/privacy/vault.ts';
import type { Address } from '../checkout/checkout.ts';

/** The buyer on a document. Addresses are null after erasure. */
export interface Buyer {
  shippingAddress: Address | null;
  billingAddress: Address | null;
}

export interface Issued {
  id: string;
  checkoutId: string;
  content: TaxDocument;
  shippingAddress: string | null;
  billingAddress: string | null;
}

const COLUMNS = `d.id, d.content, o.checkout_id as "checkoutId", c.shipping_address as "shippingAddress",
  c.billing_address as "billingAddress"`;
const FROM = `documents d join orders o on o.id = d.order_id join checkouts c on c.id = o.checkout_id`;

export interface DocumentKey {
  orderId: string;
  /** Id of a credit note; null means the invoice of the order. */
  id: string | null;
  /** Null means any customer. */
  customerId: string | null;
}

export async function findDocument(
  query: Query,
  { orderId, id, customerId }: DocumentKey,
): Promise<Issued | undefined> {
  const [row] = await query<Issued>(
    `select ${COLUMNS} from ${FROM} where d.order_id = $1 and ($3::uuid is null or o.customer_id = $3)
      and case when $2::uuid is null then d.kind = 'invoice' else d.id = $2 and d.kind = 'credit-note' end`,
    [orderId, id, customerId],
  );
  return row;
}

/** Loads a document that has no stored PDF yet. */
export async function loadUnrendered(query: Query, id: string): Promise<Issued | undefined> {
  const [row] = await query<Issued>(
    `select ${COLUMNS} from ${FROM} where d.id = $1 and not exists (select 1 from document_files where id = d.id)`,
    [id],
  );
  return row;
}

/** Decrypts the buyer of a document. Also reads addresses in clear text, because old orders get invoices, too. */
export function buyerOf(vault: Vault, { checkoutId: id, shippingAddress, billingAddress }: Issued): Buyer {
  const { email: _, ...buyer } = decryptCheckout(vault, { id, shippingAddress, billingAddress });
  return buyer;
}

/**
 * Locks the buyer of a rendered document until the transaction ends. A concurrent erasure commits before, or waits and
 * then deletes the PDF. @returns false if the buyer changed since rendering, usually by erasure: then render again
 */
export async function lockDocumentBuyer(
  tx: Tx,
  { checkoutId, shippingAddress, billingAddress }: Issued,
): Promise<boolean> {
  const [now] = await tx.query<{ shippingAddress: string | null; billingAddress: string | null }>(
    `select shipping_address as "shippingAddress", billing_address as "billingAddress" from checkouts where id = $1 for share`,
    [checkoutId],
  );
  return now?.shippingAddress === shippingAddress && now.billingAddress === billingAddress;
}

/** Stores the sealed PDF of a document unless it has one. The caller has locked the buyer. */
export async function storeFile(
  tx: Tx,
  vault: Vault,
  { id, pdf, sha256 }: { id: string; pdf: Buffer; sha256: string },
): Promise<void> {
  await tx.query(
    `insert into document_files (id, pdf, sha256, created_at) values ($1, $2, $3, $4) on conflict (id) do nothing`,
    [id, sealColumn(vault, pdf.toString('base64'), `document_files.pdf:${id}`), sha256, tx.now],
  );
}

export async function readFile(
  query: Query,
  vault: Vault,
  id: string,
): Promise<{ pdf: Buffer; sha256: string } | undefined> {
  const [row] = await query<{ pdf: string; sha256: string }>(`select pdf, sha256 from document_files where id = $1`, [
    id,
  ]);
  return (
    row && { sha256: row.sha256, pdf: Buffer.from(openColumn(vault, row.pdf, `document_files.pdf:${id}`), 'base64') }
  );
}
