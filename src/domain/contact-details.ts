import { domainToASCII } from 'node:url';

/** The part before the @: atoms of RFC 5322 between dots, with the letters of every script (RFC 6531). */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/** Letters of every script, joiners that some need, hyphens, and the dots that IDNA takes for one. */
const DOMAIN = /^[\u200d\u200c.\u3002\uff0e\uff61\p{L}\p{M}\p{N}-]+$/u;
const ASCII_DOMAIN = /^(?:[a-z0-9][a-z0-9-]*\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;
const ASCII = /^\p{ASCII}*$/u;

/** Returns an e-mail address as it is stored: trimmed and in Unicode form NFC. */
export const cleanEmail = (email: string): string => email.trim().normalize('NFC');

/**
 * Returns one key for all spellings of an e-mail address: lower case, and the domain as in the DNS (IDNA, e.g.
 * `xn--mnchen-3ya.example` for `münchen.example`). Blind indexes are made from it, so it must never change for ASCII.
 */
export function emailKey(email: string): string {
  const clean = cleanEmail(email).toLowerCase();
  const domainAt = clean.lastIndexOf('@') + 1;
  const domain = clean.slice(domainAt);
  return clean.slice(0, domainAt) + (ASCII.test(domain) ? domain : domainToASCII(domain) || domain);
}

/** Whether a cleaned text is an e-mail address. Comments, quotes and IP domains (`a@[127.0.0.1]`) are not allowed. */
export function isEmail(clean: string): boolean {
  const at = clean.lastIndexOf('@');
  if (!LOCAL_PART.test(clean.slice(0, Math.max(at, 0))) || !DOMAIN.test(clean.slice(at + 1))) return false;
  const key = emailKey(clean);
  return ASCII_DOMAIN.test(key.slice(key.lastIndexOf('@') + 1));
}

/** A telephone number of 6 to 15 digits (ITU-T E.164), with blanks, brackets and hyphens between them. */
export const PHONE = /^\+?(?:[ ()-]*[0-9]){6,15}[ ()-]*$/;

/** Whether a text has a visible character, i.e. not only blanks, fillers and zero-width characters. */
export const isVisible = (text: string): boolean =>
  /[^\p{Cc}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);

/**
 * Runs of characters that break a line or change the direction of the text beside them: control characters (NUL, line
 * breaks), lone surrogates, noncharacters, annotations, and all direction marks, embeddings, overrides and isolates
 * (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+206F). Joiners are allowed, because names need them.
 */
export const CONTROL_CHARACTERS =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]+/gu;

/** Whether a text is a single line without control or direction characters. */
export const isPlainLine = (text: string): boolean => text.search(CONTROL_CHARACTERS) < 0;
