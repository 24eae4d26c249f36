// The panel to find and replace, in our own words and looks.

import { SearchQuery, closeSearchPanel, findNext, findPrevious, getSearchQuery, replaceAll, replaceNext, setSearchQuery } from '@codemirror/search';
import { runScopeHandlers } from '@codemirror/view';
import { button, h } from '../base/dom.js';
import { icons } from '../base/icons.js';
import { number, say } from '../texts/texts.js';

// How many hits are counted at most.
const MAX_HITS = 2000;

export function panel(view) {
  let query = getSearchQuery(view.state);
  const field = (name, label, value) => h('input', { name, type: 'text', 'aria-label': label, placeholder: label, value, autocomplete: 'off', spellcheck: 'false', oninput: commit, ...(name === 'search' && { 'main-field': 'true' }) });
  const option = (name, label, sign, checked) => h('label.ed-choice', { title: label }, h('input', { type: 'checkbox', name, checked, 'aria-label': label, onchange: commit }), h('span', { 'aria-hidden': 'true' }, sign));
  const find = field('search', say.search_for, query.search), replace = field('replace', say.replace_by, query.replace);
  const isCase = option('case', say.match_case, 'Aa', query.caseSensitive), isWord = option('word', say.whole_word, 'W', query.wholeWord), isRegexp = option('re', say.regexp, '.*', query.regexp);
  const hits = h('output.ed-hits', { 'aria-live': 'polite' });
  const run = command => () => { command(view); hits.textContent = told(view, query); };
  const dom = h('div.ed-search', { role: 'search', onkeydown },
    h('div', {}, find, isCase, isWord, isRegexp, hits,
      button('m6 12 4-4 4 4', say.previous, run(findPrevious)), button(icons.down, say.next, run(findNext)),
      button(icons.close, say.close, () => { closeSearchPanel(view); view.focus(); })),
    h('div', {}, replace,
      h('button.ed-plain', { type: 'button', onclick: run(replaceNext) }, say.replace_one), h('button.ed-plain', { type: 'button', onclick: run(replaceAll) }, say.replace_all)));

  function commit() {
    const checked = label => label.firstChild.checked;
    const next = new SearchQuery({ search: find.value, replace: replace.value, caseSensitive: checked(isCase), wholeWord: checked(isWord), regexp: checked(isRegexp) });
    if (next.eq(query)) return;
    query = next;
    view.dispatch({ effects: setSearchQuery.of(query) });
    hits.textContent = told(view, query);
  }
  function onkeydown(event) {
    if (runScopeHandlers(view, event, 'search-panel')) event.preventDefault();
    else if (event.key === 'Enter' && event.target === find) { event.preventDefault(); run(event.shiftKey ? findPrevious : findNext)(); }
    else if (event.key === 'Enter' && event.target === replace) { event.preventDefault(); run(replaceNext)(); }
  }
  return {
    dom,
    top: true,
    mount() { find.select(); hits.textContent = told(view, query); },
    update(update) {
      for (const effect of update.transactions.flatMap(transaction => transaction.effects)) {
        if (!effect.is(setSearchQuery) || effect.value.eq(query)) continue;
        query = effect.value;
        find.value = query.search;
        replace.value = query.replace;
      }
      if (update.docChanged) hits.textContent = told(view, query);
    },
  };
}

// `2 of 7`: which of the hits is selected.
function told(view, query) {
  if (!query.search || !query.valid) return '';
  const { from, to } = view.state.selection.main;
  let all = 0, at = 0;
  const cursor = query.getCursor(view.state);
  for (let next = cursor.next(); !next.done && all < MAX_HITS; next = cursor.next()) {
    all++;
    if (next.value.from === from && next.value.to === to) at = all;
  }
  return all ? say.hits(at ? number(at) : '–', number(all) + (all === MAX_HITS ? '+' : '')) : say.no_hit;
}
