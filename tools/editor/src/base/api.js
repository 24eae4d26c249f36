// What the server answers, as JSON below `/-/api/`.

// Where the wiki is: this script is `/-/static/edit.js` of it.
export const home = new URL('..', import.meta.url);

// An answer that says no: `status`, what it says, and the whole document.
export class Refusal extends Error {
  constructor(status, body) {
    super([body?.title, body?.detail].filter(Boolean).join(': ') || `HTTP ${status}`);
    Object.assign(this, { status, body: body ?? {} });
  }
}

// The server could not be reached.
export class Unreachable extends Error {}

// Asks for `name` below the API. `body` is sent as JSON, or as it is when it is a form. Answers what came, or throws.
export async function ask(method, name, { body, accept = [], ...options } = {}) {
  const headers = { Accept: 'application/json', 'X-Recto': '1' };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(new URL(`api/${name}`, home), { method, headers, body: isForm ? body : body && JSON.stringify(body), ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Unreachable(error.message);
  }
  const text = await response.text();
  let answer = null;
  try { answer = text ? JSON.parse(text) : null; } catch { /* An answer of something in between, such as a proxy. */ }
  if (!response.ok && !accept.includes(response.status)) throw new Refusal(response.status, answer);
  return answer;
}

// The path of a file as a part of an address.
export const inAddress = path => path.split('/').map(encodeURIComponent).join('/');
