// What others do to the page while it is written: the server tells of each commit, and what it changed is merged below the
// cursor at once. What clashes waits until the person saves or looks.

import { ask, home, inAddress } from '../base/api.js';
import { signal } from '../base/dom.js';
import { changesTo } from '../merge/into.js';
import { mergeText } from '../merge/merge.js';
import { say } from '../texts/texts.js';

export function watchOthers(session) {
  const events = signal();
  let isBusy = false, waiting = null;
  const stream = new EventSource(new URL(`api/changes?path=${encodeURIComponent(session.page.path)}`, home));
  stream.addEventListener('change', event => { waiting = JSON.parse(event.data); next(); });
  addEventListener('pagehide', () => stream.close());

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
    const now = await ask('GET', `pages/${inAddress(session.page.path)}`, { accept: [404] });
    if (typeof now?.content !== 'string') { if (session.base) events.tell({ kind: 'gone', who }); return; }
    const theirs = now.content.replace(/\r\n?/g, '\n');
    if (session.isSaving || theirs === session.baseText) return;
    const ours = session.text();
    const merged = mergeText(session.baseText, ours, theirs);
    if (merged === null) { events.tell({ kind: 'clash', who, theirs, commit: now.commit }); return; }
    const changes = changesTo(ours, merged);
    Object.assign(session, { base: now.commit, baseText: theirs });
    session.put(changes, { isForeign: true });
    if (changes.length) events.tell({ kind: 'merged', who, at: changes[0].from, commit: now.commit });
  }

  // After a save: what was told meanwhile.
  return { events, resume: next };
}
