import type express from 'express';
import { type Html, html } from './html.ts';

/** Allows only the stylesheet and icon of this server, and forms sent to it. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const WIDE: Html = { markup: ' class="wide"' };

export interface PageContent {
  title: string;
  main: Html;
  status?: number;
  /** The CSRF field of the sign-out form; absent when nobody is signed in. */
  csrfInput?: Html;
  /** Links to the areas that the signed-in person may open. */
  navigation?: Html;
  isWide?: true;
  assets?: PageAssets;
}

/** More files of this server that a page loads. */
export interface PageAssets {
  styles: readonly string[];
  scripts: readonly string[];
}

/** Allows scripts of this server, and requests to it. */
const SCRIPT_POLICY = "; script-src 'self'; connect-src 'self'";

/** Sends an operations page. A page without assets may use no scripts. */
export function sendPage(response: express.Response, content: PageContent): void {
  const { title, main, status = 200, csrfInput, navigation, isWide, assets } = content;
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <title>${title} · VCEcom operations</title>
  <link rel="stylesheet" href="/ops/style.css">
${assets?.styles.map(
  (path) => html`  <link rel="stylesheet" href="${path}">
`,
)}${assets?.scripts.map(
  (path) => html`  <script src="${path}" defer></script>
`,
)}  <link rel="icon" type="image/svg+xml" href="/ops/icon.svg">
</head>
<body${isWide && WIDE}>
<header>
  <a class="brand" href="/ops"><img src="/ops/icon.svg" alt="" width="28" height="28">VCEcom operations</a>
  ${csrfInput && html`<form method="post" action="/ops/sign-out">${csrfInput}<button class="quiet">Sign out</button></form>`}
</header>
${navigation}
<main>
<h1>${title}</h1>
${main}
</main>
</body>
</html>
`;
  response
    .status(status)
    .set({ 'Content-Security-Policy': assets ? POLICY + SCRIPT_POLICY : POLICY, 'Cache-Control': 'no-store' })
    .type('html')
    .end(markup);
}
