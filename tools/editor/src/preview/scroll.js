// Text and page scroll in step: blocks of the page say with `data-line` which line of the text they begin with.

import { EditorView } from '@codemirror/view';

// Lines of code have numbers of their own under that name.
const BLOCKS = '[data-line]:not(.line)';
// Where both sides meet: this far from the top.
const SHARE = 0.15;

export function inStep(view, preview) {
  // Who is scrolled by the person; the other follows.
  let leader = 'text', marks = null;
  const page = () => preview.frame.contentDocument?.scrollingElement;
  view.dom.addEventListener('pointerenter', () => { leader = 'text'; });
  view.dom.addEventListener('keydown', () => { leader = 'text'; }, true);
  view.dom.addEventListener('touchstart', () => { leader = 'text'; }, { passive: true });
  view.scrollDOM.addEventListener('scroll', () => leader === 'text' && follow(), { passive: true });
  preview.shown.on(() => { marks = null; listen(); if (leader === 'text') follow(); });
  new ResizeObserver(() => { marks = null; }).observe(preview.frame);

  function listen() {
    const window = preview.frame.contentWindow;
    if (!window || window.isListenedTo) return;
    window.isListenedTo = true;
    for (const name of ['pointerenter', 'wheel', 'touchstart', 'keydown']) window.document.addEventListener(name, () => { leader = 'page'; }, { passive: true, capture: true });
    window.document.addEventListener('scroll', () => leader === 'page' && lead(), { passive: true });
    window.document.addEventListener('dblclick', event => {
      const line = Number(event.target.closest(BLOCKS)?.dataset.line);
      if (!line || line > view.state.doc.lines) return;
      const { from } = view.state.doc.line(line);
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      preview.followed.tell();
      view.focus();
    });
    window.addEventListener('load', () => { marks = null; }, true);
  }

  // `[line, top]` of all blocks in the page, growing in both; the end of one is the end of the other.
  function places() {
    if (marks) return marks;
    const document = preview.frame.contentDocument;
    marks = [[1, 0]];
    for (const element of document.querySelectorAll(BLOCKS)) {
      const line = Number(element.dataset.line), top = element.getBoundingClientRect().top + page().scrollTop;
      if (line > marks.at(-1)[0] && top > marks.at(-1)[1]) marks.push([line, top]);
    }
    marks.push([Math.max(view.state.doc.lines, marks.at(-1)[0]) + 1, Math.max(page().scrollHeight, marks.at(-1)[1] + 1)]);
    return marks;
  }

  function follow() {
    const target = page();
    if (!target || preview.frame.hidden || preview.isDeck) return;
    const { scrollTop, scrollHeight, clientHeight } = view.scrollDOM;
    if (scrollTop < 4) { target.scrollTop = 0; return; }
    if (scrollTop + clientHeight > scrollHeight - 4) { target.scrollTop = target.scrollHeight; return; }
    const height = scrollTop + clientHeight * SHARE;
    const block = view.lineBlockAtHeight(height);
    const line = view.state.doc.lineAt(block.from).number + Math.min(1, Math.max(0, (height - block.top) / block.height));
    target.scrollTop = between(places(), 0, 1, line) - target.clientHeight * SHARE;
  }

  function lead() {
    const source = page();
    if (preview.isDeck) return;
    if (source.scrollTop < 4) { view.scrollDOM.scrollTop = 0; return; }
    const line = between(places(), 1, 0, source.scrollTop + source.clientHeight * SHARE);
    const whole = Math.min(view.state.doc.lines, Math.max(1, Math.floor(line)));
    const block = view.lineBlockAt(view.state.doc.line(whole).from);
    view.scrollDOM.scrollTop = block.top + block.height * (line - whole) - view.scrollDOM.clientHeight * SHARE;
  }
}

// The value of column `to` that belongs to `value` in column `from`, between the two rows around it.
function between(rows, from, to, value) {
  let low = 0, high = rows.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rows[middle][from] <= value) low = middle; else high = middle;
  }
  const [a, b] = [rows[low], rows[high]];
  return a[to] + (b[to] - a[to]) * Math.min(1, Math.max(0, (value - a[from]) / (b[from] - a[from] || 1)));
}
