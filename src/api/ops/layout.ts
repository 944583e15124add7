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
}

/** Sends an operations page; the page uses no scripts. */
export function sendPage(response: express.Response, content: PageContent): void {
  const { title, main, status = 200, csrfInput, navigation, isWide } = content;
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <title>${title} · VCEcom operations</title>
  <link rel="stylesheet" href="/ops/style.css">
  <link rel="icon" type="image/svg+xml" href="/ops/icon.svg">
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
    .set({ 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store' })
    .type('html')
    .end(markup);
}
