import { z } from 'zod';
import { job } from './contract.ts';

/** Issues the due invoices and credit notes, in batches. */
export const issueDocuments = job('invoices', 'issue', z.object({}));

/** Renders the PDF of a document, once. */
export const renderDocument = job('invoices', 'render', z.object({ documentId: z.uuid() }));
