// The page as it would be, beside the text: the server's render of what is written, put in place without a flicker.

import { Unreachable, ask, inAddress } from '../base/api.js';
import { calm, h, signal } from '../base/dom.js';
import { say } from '../texts/texts.js';
import { takeDiagrams } from './diagrams.js';
import { put } from './morph.js';

// How long typing must rest before the server is asked.
const PAUSE_MS = 120;

// Frame of a page. `problems` tells what the render found, `shown` that there is something new to see.
export function openPreview(page) {
  // Without scripts: what is shown may be anybody's, and nobody has saved it.
  const frame = h('iframe.ed-frame', { title: say.preview_of, sandbox: 'allow-same-origin' });
  const nothing = h('p.ed-nothing', { hidden: true });
  const problems = signal(), shown = signal(), followed = signal();
  let isDeck = false, isWanted = true, isBusy = false, waiting = null, last = null, hasFrame = false, found = [];

  const update = calm(() => run(), PAUSE_MS);

  // Renders the newest text; one at a time, and never one that is outdated already.
  async function run() {
    if (isBusy || waiting === null) return;
    isBusy = true;
    const content = waiting;
    waiting = null;
    try {
      if (content !== last) await render(content);
      last = content;
    } catch (error) {
      if (!hasFrame) tell(error instanceof Unreachable ? say.offline : say.preview_fails);
    }
    isBusy = false;
    if (waiting !== null) update();
  }

  async function render(content) {
    const answer = await ask('POST', `preview/${inAddress(page.path)}`, { body: { content } });
    problems.tell(found = own(answer.problems));
    if (!answer.html) return tell(say.no_preview);
    isDeck = answer.is_deck;
    const shownPage = parsed(answer.html), diagrams = takeDiagrams(shownPage);
    const next = readable(shownPage, answer.url);
    nothing.hidden = true;
    frame.hidden = false;
    if (hasFrame && frame.contentDocument?.body) put(frame.contentDocument, next);
    else await first(next);
    diagrams.draw(frame.contentDocument);
    shown.tell();
  }

  // Written, since Firefox looks for what a `srcdoc` names before it has read the base there.
  function first(next) {
    hasFrame = true;
    return new Promise(done => {
      frame.onload = done;
      const page = frame.contentDocument;
      page.open();
      page.write(`<!doctype html>${next.documentElement.outerHTML}`);
      page.close();
      page.onclick = follow;
    });
  }

  // What is wrong in this file, and not in one that it includes.
  const own = all => all.filter(({ place }) => !place || place.path === page.path).map(problem => ({ ...problem, ...problem.place?.span }));

  function tell(text) {
    nothing.textContent = text;
    nothing.hidden = false;
    frame.hidden = true;
  }

  // Links lead to another window: the text that is being written stays.
  function follow(event) {
    const link = event.target.closest('a[href]');
    if (!link) return;
    event.preventDefault();
    const url = new URL(link.getAttribute('href'), new URL(page.url, location.href));
    const target = url.hash && frame.contentDocument.getElementById(decodeURIComponent(url.hash.slice(1)));
    if (target && url.pathname === new URL(page.url, location.href).pathname) target.scrollIntoView();
    else if (/^https?:$/.test(url.protocol)) open(url, '_blank', 'noopener');
  }

  return {
    dom: h('div.ed-preview', {}, frame, nothing),
    frame,
    problems,
    shown,
    followed,
    get found() { return found; },
    // Whether it is slides.
    get isDeck() { return isDeck; },
    // The text to show; asked of the server when somebody sees it.
    update(text) { waiting = text; if (isWanted) update(); },
    // Shown or not.
    want(is) { isWanted = is; if (is && waiting !== null) run(); },
    // Renders at once, and answers the problems.
    async check(text) {
      if (text === last) return found;
      const answer = await ask('POST', `preview/${inAddress(page.path)}`, { body: { content: text } });
      problems.tell(found = own(answer.problems));
      return found;
    },
  };
}

const parsed = html => new DOMParser().parseFromString(html, 'text/html');

// The document of an answer, without what only readers need.
function readable(next, url) {
  next.querySelectorAll('script, link[rel=preload], link[rel=modulepreload], meta[http-equiv]').forEach(element => element.remove());
  for (const element of next.querySelectorAll('*')) {
    for (const { name } of [...element.attributes]) if (name.startsWith('on')) element.removeAttribute(name);
  }
  if (!next.querySelector('base')) next.head.prepend(Object.assign(next.createElement('base'), { href: new URL(url, location.href).href }));
  const theme = document.documentElement.dataset.theme;
  if (theme) next.documentElement.dataset.theme = theme;
  next.documentElement.classList.add('recto-preview');
  next.head.append(Object.assign(next.createElement('link'), { rel: 'stylesheet', href: new URL('edit.css', import.meta.url).href }));
  return next;
}
