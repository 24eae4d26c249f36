// Puts a document in the place of the one that is shown: what is equal stays as it is, with its focus, its values and what
// is open; what is alike is changed; the rest is replaced.

const STAMP = /[?&]recto=\w+/;
const BLOCKS = 'p,h1,h2,h3,h4,h5,h6,li,dt,dd,pre,table,figure,blockquote,img,hr';
// How far ahead an equal node is looked for among those that came or went.
const AHEAD = 30;
let swap;

export function put(next, swapSheet) {
  swap = swapSheet;
  keepPlace(() => {
    attributes(document.documentElement, next.documentElement);
    children(document.head, next.head);
    morph(document.body, next.body);
  });
}

// What is read stays where it is, also when something above it changes.
function keepPlace(change) {
  const marks = scrollY > 0 ? visible() : [];
  change();
  const mark = marks.find(([element]) => element.isConnected);
  const by = mark ? mark[0].getBoundingClientRect().top - mark[1] : 0;
  if (by) scrollBy({ top: by, behavior: 'instant' });
}

function visible() {
  const main = document.querySelector('main') ?? document.body;
  const all = [...main.querySelectorAll(BLOCKS)].map(element => [element, element.getBoundingClientRect()]);
  const seen = all.filter(([, box]) => box.height && box.bottom > 0 && box.top < innerHeight);
  return seen.map(([element, box]) => [element, box.top]).sort((a, b) => (a[1] < 0) - (b[1] < 0));
}

function morph(have, want) {
  if (have.nodeType !== Node.ELEMENT_NODE) {
    if (have.data !== want.data) have.data = want.data;
  } else if (have.nodeName === 'SCRIPT') {
    have.replaceWith(fresh(want));
  } else if (isSheet(have)) {
    if (have.getAttribute('href').replace(STAMP, '') !== want.getAttribute('href')) swap(have, want);
  } else {
    attributes(have, want);
    children(have, want);
  }
}

function attributes(have, want) {
  const isOurs = have === document.documentElement || have === document.body;
  for (const { name, value } of want.attributes) {
    const known = have.getAttribute(name);
    // Whether something is open is the reader's choice.
    if (name !== 'open' && known !== value && known?.replace(STAMP, '') !== value) have.setAttribute(name, value);
  }
  for (const { name } of [...have.attributes]) {
    if (!want.hasAttribute(name) && name !== 'open' && !isOurs) have.removeAttribute(name);
  }
}

function children(parent, wanted) {
  const old = [...parent.childNodes].filter(node => !node.isLeaving), next = [...wanted.childNodes];
  let from = 0, end = null;
  while (from < old.length && from < next.length && old[from].isEqualNode(next[from])) from++;
  while (old.length > from && next.length > from && old.at(-1).isEqualNode(next.at(-1))) {
    end = old.pop();
    next.pop();
  }
  const isLater = (nodes, at, node) => node.nodeType === Node.ELEMENT_NODE
    ? nodes.slice(at, at + AHEAD).findIndex(other => other.isEqualNode(node)) : -1;
  let at = from;
  for (let n = from; n < next.length; n++) {
    const n_gone = isLater(old, at, next[n]);
    for (let k = 0; k < n_gone; k++) old[at++].remove();
    const have = old[at];
    if (n_gone >= 0) at++;
    else if (have && isAlike(have, next[n]) && isLater(next, n + 1, have) < 0) { at++; morph(have, next[n]); }
    else parent.insertBefore(fresh(next[n]), have ?? end);
  }
  for (; at < old.length; at++) old[at].remove();
}

function isAlike(have, want) {
  if (have.nodeName !== want.nodeName || have.id !== want.id) return false;
  return !isSheet(have) || (isSheet(want) && pathOf(have.href) === pathOf(want.getAttribute('href')));
}

// A copy that can stand in this document, whose scripts run.
function fresh(want) {
  const node = document.importNode(want, true);
  if (node.nodeName === 'SCRIPT') return runnable(node);
  node.querySelectorAll?.('script').forEach(script => script.replaceWith(runnable(script)));
  return node;
}

function runnable(script) {
  const copy = document.createElement('script');
  for (const { name, value } of script.attributes) copy.setAttribute(name, value);
  copy.text = script.text;
  return copy;
}

const isSheet = node => node.nodeName === 'LINK' && node.relList.contains('stylesheet');
// Files of the theme have a hash in their names, which tells one state of them from another.
export const pathOf = url => new URL(url, document.baseURI).pathname.replace(/\.[0-9a-f]{10}(?=\.\w+$)/, '');
