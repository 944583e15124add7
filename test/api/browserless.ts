export interface Page {
  status: number;
  /** Where the page sends the browser, if it does. */
  to: string | null;
  headers: Headers;
  text: string;
}

/** Opens pages and sends forms as a browser without script does, with the cookies it was given. */
export interface Browser {
  open(path: string): Promise<Page>;
  /** Sends the form of a page; `from` is the page that it stands on, where that is another. */
  submit(path: string, fields: Record<string, string>, from?: string): Promise<Page>;
  /** Asks as a script of a page does. */
  fetch(method: string, path: string, headers?: Record<string, string>): Promise<Page>;
  /** The Set-Cookie headers of that name, so far. */
  given(name: string): string[];
  cookie(name: string): string;
  /** The proof that a form of a page carries. */
  proofIn(text: string): string;
}

const PROOF = /name="proof" value="([^"]*)"/;

export function openBrowserless(url: string): Browser {
  const cookies = new Map<string, string>();
  const given: string[] = [];
  const ask = async (path: string, init: RequestInit): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) };
    const response = await fetch(url + path, { ...init, headers, redirect: 'manual' });
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value) given.push(each);
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    const { status, headers: answered } = response;
    return { status, to: answered.get('location'), headers: answered, text: await response.text() };
  };
  const open = (path: string) => ask(path, { headers: { accept: 'text/html' } });
  const proofIn = (text: string) => PROOF.exec(text)?.[1] ?? '';
  return {
    open,
    proofIn,
    async submit(path, fields, from = path) {
      const proof = proofIn((await open(from)).text);
      const body = new URLSearchParams({ proof, ...fields });
      return ask(path, { method: 'POST', body, headers: { accept: 'text/html' } });
    },
    fetch: (method, path, headers = {}) => ask(path, { method, headers: { accept: 'application/json', ...headers } }),
    given: (name) => given.filter((each) => each.startsWith(`${name}=`)),
    cookie: (name) => cookies.get(name) ?? '',
  };
}
