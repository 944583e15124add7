import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { axeViolations } from './axe.ts';
import { sharedBrowser } from './one-browser.ts';
import { watchedPage } from './watch.ts';

/** A page with nothing wrong in it. */
const WELL = '<!doctype html><html lang="en"><title>Well</title><main><h1>Well</h1></main></html>';
const STRICT = { 'Content-Security-Policy': "default-src 'none'; script-src 'unsafe-inline'" };
const NO_SCRIPT = { 'Content-Security-Policy': "default-src 'none'; img-src data:" };

describe('a watched page', function () {
  this.timeout(30_000);
  let browser: Browser;
  let server: Server;
  let answer = { status: 200, headers: {}, html: WELL };

  before(async function () {
    browser = await sharedBrowser(this);
    server = createServer((request, response) => {
      // A browser asks for the icon by itself.
      if (request.url !== '/') return response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
      return response.writeHead(answer.status, { 'Content-Type': 'text/html', ...answer.headers }).end(answer.html);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    server?.close();
    server?.closeAllConnections();
  });

  const look = async (html: string, headers: Record<string, string> = STRICT, status = 200) => {
    answer = { status, headers, html };
    const watched = await watchedPage(browser);
    try {
      await watched.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      return { complaints: await watched.complaints(), violations: await axeViolations(watched.page) };
    } finally {
      await watched.close();
    }
  };

  it('that is well has no complaints, and axe finds nothing', async () => {
    expect(await look(WELL)).to.deep.equal({ complaints: [], violations: [] });
  });

  it('complains of errors on its console and of those nobody caught', async () => {
    const { complaints } = await look(`${WELL}<script>console.error('told'); throw new Error('thrown')</script>`);
    expect(complaints).to.have.members(['told', 'uncaught: thrown']);
  });

  it('complains of what its policy refuses', async () => {
    const { complaints } = await look(`${WELL}<script>1</script>`, NO_SCRIPT);
    expect(complaints).to.include('CSP: script-src-elem does not allow inline');
  });

  it('complains of what is missing on it, but may itself be refused', async () => {
    const open = { 'Content-Security-Policy': "img-src 'self'" };
    const { complaints } = await look(`${WELL}<img src="/gone.png" alt="">`, open, 401);
    expect(complaints).to.have.lengthOf(1);
    expect(complaints[0]).to.match(/404 .+\/gone\.png$/);
  });

  it('is looked at by axe under the strictest policy', async () => {
    const { violations } = await look(`${WELL}<img src="data:,">`, NO_SCRIPT);
    expect(violations.join('\n')).to.match(/^image-alt \(critical\): .+: img$/m);
  });
});
