// Puts a document in the place of the one in the frame: what is equal stays as it is, so that nothing flickers, pictures aren't
// loaded again and the place of reading is kept. The live reload of `recto serve` has a sister of it, which also runs scripts.

// Where a block comes from differs for all blocks below an edit; that alone makes no difference.
const LINE = / data-line="\d+"/g;

export function put(document, next) {
  attributes(document.documentElement, next.documentElement);
  children(document.head, next.head);
  attributes(document.body, next.body);
  children(document.body, next.body);
}

function children(parent, wanted) {
  const old = [...parent.childNodes], next = [...wanted.childNodes];
  let start = 0, end = 0;
  const most = Math.min(old.length, next.length);
  while (start < most && keep(old[start], next[start])) start++;
  while (end < most - start && keep(old.at(-1 - end), next.at(-1 - end))) end++;
  const have = old.slice(start, old.length - end), want = next.slice(start, next.length - end);
  const before = old[old.length - end] ?? null;
  // What came or went is known by the rest being alike from behind.
  while (have.length > want.length) have.shift().remove();
  const n_new = want.length - have.length;
  want.forEach((node, n) => {
    const mine = have[n - n_new];
    if (mine && mine.nodeName === node.nodeName && mine.nodeType === Node.ELEMENT_NODE && !isAtom(mine)) { attributes(mine, node); children(mine, node); }
    else if (mine) mine.replaceWith(parent.ownerDocument.importNode(node, true));
    else parent.insertBefore(parent.ownerDocument.importNode(node, true), have[0]?.isConnected ? have[0] : before);
  });
}

// Whether two nodes show the same; if so the one that stays gets the lines of the other.
function keep(have, want) {
  if (have.nodeType !== want.nodeType || have.nodeName !== want.nodeName) return false;
  if (have.nodeType !== Node.ELEMENT_NODE) return have.data === want.data;
  if (have.outerHTML.replace(LINE, '') !== want.outerHTML.replace(LINE, '')) return false;
  const marked = '[data-line]';
  if (want.matches(marked)) have.setAttribute('data-line', want.getAttribute('data-line'));
  const lines = [...want.querySelectorAll(marked)];
  [...have.querySelectorAll(marked)].forEach((element, n) => element.setAttribute('data-line', lines[n].getAttribute('data-line')));
  return true;
}

function attributes(have, want) {
  for (const { name, value } of want.attributes) if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  for (const { name } of [...have.attributes]) if (!want.hasAttribute(name) && name !== 'open') have.removeAttribute(name);
}

const isAtom = node => /^(LINK|STYLE|IMG|VIDEO|AUDIO|IFRAME|SVG|MATH|OBJECT)$/i.test(node.nodeName);
