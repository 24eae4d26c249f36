// The line at the bottom: words, where the cursor is, problems, and what has become of the text.

import { home } from '../base/api.js';
import { calm, h } from '../base/dom.js';
import { count } from '../code/words.js';
import { units } from '../preview/problems.js';
import { number, say } from '../texts/texts.js';

const PAUSE_MS = 250;

export function openStatus(session) {
  const words = h('span'), place = h('span.ed-place'), state = h('span.ed-state', { role: 'status' });
  const drafts = h('a.ed-drafts', { href: new URL('drafts', home).href, hidden: true });
  const problems = h('button.ed-problems', { type: 'button', hidden: true });
  const dom = h('div.ed-status', {}, words, place, problems, drafts, state);
  let found = [];
  problems.addEventListener('click', () => {
    // From one to the next.
    const here = session.view.state.doc.lineAt(session.view.state.selection.main.head).number;
    const next = found.find(({ line }) => line > here) ?? found[0];
    const line = session.view.state.doc.line(Math.min(session.view.state.doc.lines, Math.max(1, next.line ?? 1)));
    session.show(line.from + units(line.text, (next.column ?? 1) - 1));
    problems.title = next.message;
  });

  const countWords = calm(() => {
    const { selection } = session.view.state;
    const chosen = selection.main.empty ? '' : session.view.state.sliceDoc(selection.main.from, selection.main.to);
    const all = count(session.text());
    words.textContent = chosen ? say.selected(say.words(number(count(chosen).words))) : `${say.words(number(all.words))} · ${say.minutes(all.minutes)}`;
  }, PAUSE_MS);

  return {
    dom,
    changed() {
      const { main, ranges } = session.view.state.selection;
      const line = session.view.state.doc.lineAt(main.head);
      place.textContent = say.line(number(line.number), number(main.head - line.from + 1)) + (ranges.length > 1 ? ` · ×${ranges.length}` : '');
      countWords();
    },
    problems(next) {
      found = [...next].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
      problems.hidden = !found.length;
      problems.textContent = say.problems(found.length);
      problems.dataset.severity = found.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
      problems.title = found[0]?.message ?? '';
    },
    // Other files with text that isn't saved.
    drafts(n) { drafts.hidden = !n; drafts.textContent = say.other_drafts(n); },
    state(text, kind = '') { state.textContent = text; state.dataset.kind = kind; },
  };
}
