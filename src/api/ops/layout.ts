import type express from 'express';
import { type Html, html } from './html.ts';

/** Nothing but our own stylesheet and icon, and forms that are sent to us. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export interface Sheet {
  title: string;
  main: Html;
  status?: number;
  /** Of whoever is signed in: they can sign out. */
  proof?: Html;
}

/** Sends a page of the operators. It works without script, and has none. */
export function sendPage(response: express.Response, { title, main, status = 200, proof }: Sheet): void {
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
<body>
<header>
  <a class="brand" href="/ops"><img src="/ops/icon.svg" alt="" width="28" height="28">VCEcom operations</a>
  ${proof && html`<form method="post" action="/ops/sign-out">${proof}<button class="quiet">Sign out</button></form>`}
</header>
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
