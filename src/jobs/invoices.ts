import { z } from 'zod';
import { job } from './contract.ts';

/** Issues the invoices and credit notes that are due, many at a time. */
export const issueDocuments = job('invoices', 'issue', z.object({}));

/** Makes the PDF of a document, once. */
export const renderDocument = job('invoices', 'render', z.object({ documentId: z.uuid() }));
