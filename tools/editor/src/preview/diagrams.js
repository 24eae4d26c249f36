// Diagrams in the preview. No script runs in its frame, so the page around it loads what draws them and watches the frame.

import { h } from '../base/dom.js';

let loading;

// Takes what draws diagrams out of a page, if it has some: `draw` does so in a document.
export function takeDiagrams(page) {
  const parts = [...page.querySelectorAll('[data-diagrams]')];
  return { draw: document => parts.length && watch(document, parts) };
}

const watched = new WeakSet();

async function watch(document, parts) {
  if (watched.has(document)) return;
  watched.add(document);
  loading ??= Promise.all(parts.map(load));
  try {
    await loading;
    globalThis.recto.keepDrawn(document);
  } catch {
    // Their sources are shown.
    watched.delete(document);
    loading = undefined;
  }
}

function load(part) {
  const { integrity } = part, address = part.getAttribute('src') ?? part.getAttribute('href');
  const own = part.nodeName === 'LINK' ? h('link', { rel: 'stylesheet', href: address, integrity }) : h('script', { src: address, integrity });
  own.dataset.diagrams = part.dataset.diagrams;
  return new Promise((done, fail) => {
    own.onload = done;
    own.onerror = fail;
    document.head.append(own);
  });
}
