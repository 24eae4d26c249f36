// What others do to the page while it is written: the server tells of each commit, and what it changed is merged below the
// cursor at once. What clashes waits until the person saves or looks.

import { ask, home, inAddress } from '../base/api.js';
import { signal } from '../base/dom.js';
import { changesTo } from '../merge/into.js';
import { mergeText } from '../merge/merge.js';
import { say } from '../texts/texts.js';

// How long after a refusal the server is asked again.
const AGAIN_MS = 5000;

export function watchOthers(session) {
  const events = signal();
  let isBusy = false, waiting = null, stream = null;

  // Only while the page is seen, since browsers allow a host few connections. What was missed is told at once.
  function connect() {
    if (stream || document.hidden) return;
    const query = new URLSearchParams({ path: session.page.path, ...(session.base && { since: session.base }) });
    stream = new EventSource(new URL(`api/changes?${query}`, home));
    stream.addEventListener('change', event => { waiting = JSON.parse(event.data); next(); });
    stream.addEventListener('error', () => { if (stream?.readyState === EventSource.CLOSED) { close(); setTimeout(connect, AGAIN_MS); } });
  }
  function close() { stream?.close(); stream = null; }
  document.addEventListener('visibilitychange', () => document.hidden ? close() : connect());
  addEventListener('pagehide', close);
  addEventListener('pageshow', connect);
  connect();

  async function next() {
    if (isBusy || !waiting || session.isSaving) return;
    isBusy = true;
    const change = waiting;
    waiting = null;
    try { await takeIn(change); } catch { /* Out of reach: the next save merges on the server. */ }
    isBusy = false;
    next();
  }

  async function takeIn(change) {
    if (change.commit === session.base || (change.paths && !change.paths.includes(session.page.path))) return;
    const who = change.author?.name ?? change.author ?? say.somebody;
    session.other = who;
    const since = session.base && `?since=${session.base}`;
    const now = await ask('GET', `pages/${inAddress(session.page.path)}${since}`, { accept: [404] });
    if (session.isSaving) return;
    if (now?.path) session.move(now.path, now.url);
    if (typeof now?.content !== 'string') { if (session.base) events.tell({ kind: 'gone', who }); return; }
    const theirs = now.content.replace(/\r\n?/g, '\n');
    if (theirs === session.baseText) return;
    const ours = session.text();
    const merged = mergeText(session.baseText, ours, theirs, session.page.kind === 'markdown');
    if (merged === null) { events.tell({ kind: 'clash', who, theirs, commit: now.commit }); return; }
    const changes = changesTo(ours, merged);
    Object.assign(session, { base: now.commit, baseText: theirs });
    session.put(changes, { isForeign: true });
    if (changes.length) events.tell({ kind: 'merged', who, at: changes[0].from, commit: now.commit });
  }

  // After a save: what was told meanwhile.
  // The page has another path by now.
  const moved = () => { close(); connect(); };
  return { events, resume: next, moved };
}
