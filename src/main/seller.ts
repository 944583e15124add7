import { readFileSync, statSync } from 'node:fs';
import { logoOf, MOST_LOGO_BYTES, MOST_LOGO_PIXELS } from '../domain/invoices/logo.ts';
import { type IssuingSeller, type Logo, sellerOf, sellerProblems } from '../domain/invoices/seller.ts';
import { type Config, ConfigError } from '../infra/config.ts';

/** The settings of the seller that invoices and credit notes show. */
type SellerConfig = Pick<
  Config<'worker'>,
  | 'SELLER_NAME'
  | 'SELLER_ADDRESS'
  | 'SELLER_GSTIN'
  | 'SELLER_STATE'
  | 'SELLER_CONTACT'
  | 'SELLER_LOGO'
  | 'INVOICE_TERMS'
  | 'INVOICE_PREFIX'
  | 'CREDIT_NOTE_PREFIX'
>;

/** Reads the seller's settings. @throws ConfigError with one line for each invalid setting. */
export function readSeller(config: SellerConfig): IssuingSeller {
  const settings = {
    name: config.SELLER_NAME,
    address: config.SELLER_ADDRESS,
    gstin: config.SELLER_GSTIN,
    state: config.SELLER_STATE,
    contact: config.SELLER_CONTACT,
    terms: config.INVOICE_TERMS,
    prefixes: { invoice: config.INVOICE_PREFIX, 'credit-note': config.CREDIT_NOTE_PREFIX },
  };
  const { logo, problem } = readLogo(config.SELLER_LOGO);
  const problems = [...sellerProblems(settings), ...(problem ? [`SELLER_LOGO: ${problem}`] : [])];
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return sellerOf({ ...settings, logo });
}

/** Reads the logo file; `problem` says why a document cannot show it. */
function readLogo(path: string | undefined): { logo?: Logo; problem?: string } {
  if (path === undefined) return {};
  try {
    if (statSync(path).size > MOST_LOGO_BYTES) return { problem: `"${path}" is larger than ${MOST_LOGO_BYTES} bytes` };
    const logo = logoOf(readFileSync(path));
    if (logo) return { logo };
  } catch (error) {
    return { problem: `"${path}" cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
  const kinds = `PNG (8 bits per channel, not interlaced) or JPEG of at most ${MOST_LOGO_PIXELS} × ${MOST_LOGO_PIXELS} pixels`;
  return { problem: `"${path}" is not a valid ${kinds}` };
}
