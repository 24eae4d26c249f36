// The page was moved while it is written: all goes on under its new path, and the person hears of it.

import { home, inAddress } from '../base/api.js';
import { say } from '../texts/texts.js';

// Whoever asked for the page by the path that it had hears of it: the form knows.
export function cameFrom({ page, notices }) {
  const told = page.form.previousElementSibling, link = told.querySelector('a');
  if (link) notices.tell(told.firstElementChild.textContent, { kind: 'ask', name: 'moved', actions: [[link.textContent, () => link.click()]] });
}

export function movedTo(session, path, url) {
  const { page, shell, drafts, others, preview, notices } = session;
  const from = page.path;
  if (!path || path === from) return;
  Object.assign(page, { path, url: url ?? page.url });
  const address = new URL(`edit/${inAddress(path)}`, home);
  address.search = location.search;
  history.replaceState(history.state, '', address);
  shell.moved();
  drafts.moved(from);
  others.moved();
  preview.update(session.text());
  notices.tell(say.moved(path), { kind: 'ask', name: 'moved' });
}
