// What isn't saved yet, kept in this browser at once and on the server a little later, so that it is there after a crash, on
// the same machine or on another one.

import { ask, inAddress } from '../base/api.js';
import { calm, signal } from '../base/dom.js';

const HERE_MS = 300;
const SERVER_MS = 3000;
// Texts of drafts that browsers keep; more than that is left to the server.
const MAX_CHARS = 2_000_000;

export function openDrafts(session) {
  const key = (path = session.page.path) => `recto:draft:${path}`;
  const kept = signal();
  const onServer = (path = session.page.path) => `drafts/${inAddress(path)}`;
  let last = null, sending = Promise.resolve(), isStopped = false;

  const draft = () => ({ content: session.text(), base: session.base, baseText: session.baseText, at: Date.now() });
  const here = calm(keepHere, HERE_MS), server = calm(keepThere, SERVER_MS);

  function keepHere() {
    if (isStopped) return;
    if (!session.isDirty()) { forgetHere(); return; }
    const text = JSON.stringify(draft());
    try { if (text.length < MAX_CHARS) localStorage.setItem(key(), text); kept.tell(); } catch { /* Full, or not allowed: the server has it soon. */ }
  }
  function keepThere() {
    if (isStopped || !session.isDirty() || session.text() === last) return;
    const { content, base } = draft();
    const body = { content, ...(base && { base }) };
    // Out of reach, or too large: the browser has it, and the next change tries again.
    sending = ask('PUT', onServer(), { body }).then(() => { last = content; kept.tell(); }, () => {});
  }
  const forgetHere = path => { try { localStorage.removeItem(key(path)); } catch { /* There is none. */ } };

  function forgetThere(path) {
    const name = onServer(path);
    sending = sending.then(() => ask('DELETE', name, { keepalive: true })).catch(() => {});
  }

  // The draft that an earlier session left, if it says something else than the page.
  async function find() {
    const found = [readHere(), await readServer()].filter(draft => draft && draft.content !== session.baseText);
    return found.sort((a, b) => b.at - a.at)[0] ?? null;
  }
  function readHere() {
    try { const draft = JSON.parse(localStorage.getItem(key())); return typeof draft?.content === 'string' ? draft : null; } catch { return null; }
  }
  async function readServer() {
    try {
      const { drafts } = await ask('GET', onServer());
      const [draft] = drafts.filter(draft => !draft.conflict_with);
      return draft && { content: draft.content, base: draft.base ?? '', baseText: draft.base_content ?? '', at: draft.saved_at * 1000 };
    } catch { return null; }
  }

  // How many other files have drafts.
  async function others() {
    try {
      const { drafts } = await ask('GET', 'drafts');
      return new Set(drafts.map(({ path }) => path).filter(path => path !== session.page.path)).size;
    } catch { return 0; }
  }

  // Before the page is left, whatever happens then.
  addEventListener('pagehide', () => { if (here.cancel(), !isStopped) keepHere(); });

  return {
    kept,
    find,
    others,
    changed() { here(); server(); },
    forget() {
      here.cancel();
      server.cancel();
      forgetHere();
      last = null;
      // After one that is on its way.
      forgetThere();
    },
    // The page has another path: what was kept under the former one goes on under this.
    moved(from) {
      forgetHere(from);
      last = null;
      forgetThere(from);
      here();
      server();
    },
    stop() { isStopped = true; here.cancel(); server.cancel(); },
  };
}
