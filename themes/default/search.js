// The search dialog. It is loaded when a reader first opens it, and reads what `src/render/search.rs` has written:
//
// 1. index.json says where each shard of words begins, and how pages are spread over files;
// 2. words-….bin are shards: words in their order, with the pages that each is in. Each word of a query needs one;
// 3. pages-….json have titles and addresses, by the number of a page;
// 4. the page itself gives the section that fits, and the text around it.
//
// A word is compared as `src/parse/words/fold.rs` folds it.

const SHOWN = 10; // results at first, and more each time the end is reached
const MOST = 50;
const EARLY = 4; // pages that are looked into when a reader stops typing
const PAUSE = 180; // milliseconds without a key that count as stopping
const PAGE_BYTES = 200_000; // of a page, how much is looked into
const SOON = 70; // milliseconds after a key before something is loaded
const LATER = 350; // the same while a word's beginning is that of several shards
const TYPED = 40; // the longest word, in characters
const AROUND = 180; // characters of text that are shown

// --- words: the same as in src/parse/words/fold.rs ------------------------------------------------

const LETTERS = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ħ: 'h', ı: 'i', ŋ: 'n', ς: 'σ' };
const UNSPACED = '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\uff66-\\uffdc\\u{20000}-\\u{3ffff}';
const TOKENS = new RegExp(`((?:(?=[${UNSPACED}])[\\p{Alphabetic}\\p{M}])+)|((?:(?![${UNSPACED}])[\\p{Alphabetic}\\p{N}\\p{M}])+)`, 'gu');

export function fold(text) {
  return text.normalize('NFKD').toLowerCase().replace(/[\u0300-\u036f]/g, '')
    .replace(/[ßæœøđðþłħıŋς]/g, letter => LETTERS[letter]).normalize('NFC');
}

export function pairs(run) {
  const chars = [...fold(run)];
  return chars.length < 2 ? chars : chars.slice(1).map((char, at) => chars[at] + char);
}

// The words of a text with where they stand.
export function tokens(text) {
  const found = [];
  for (const match of text.matchAll(TOKENS)) {
    const place = { start: match.index, end: match.index + match[0].length, run: match[1] !== undefined };
    found.push({ ...place, words: place.run ? pairs(match[0]) : [fold(match[0])] });
  }
  return found;
}

// --- files ----------------------------------------------------------------------------------------

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const hex = text => Array.from(encoder.encode(text), byte => byte.toString(16).padStart(2, '0')).join('');

export class Library {
  constructor(folder) {
    this.folder = folder;
    this.kept = new Map();
  }
  // Once for each file; what failed is tried again.
  once(name, load) {
    if (!this.kept.has(name)) {
      const loaded = load();
      loaded.catch(() => this.kept.delete(name));
      this.kept.set(name, loaded);
    }
    return this.kept.get(name);
  }
  get(name, read) {
    return this.once(name, async () => {
      const answer = await fetch(this.folder + name);
      if (!answer.ok) throw new Error(`${answer.status} for ${name}`);
      return read(answer);
    });
  }
  overview() { return this.get('index.json', answer => answer.json()); }
  // Whether words that begin like this are in several shards.
  async isSpread(word) {
    const { words: shards } = await this.overview();
    const first = hex(word);
    return shards.filter(start => start > first && start.startsWith(first)).length > 1;
  }
  // The words of the shard that a word is in, or would be; those of the next one if none there begins like it.
  async words(word) {
    const { words: shards, max } = await this.overview();
    const first = hex(word);
    const load = start => this.get(`words-${start}.bin`, async answer => readShard(new Uint8Array(await answer.arrayBuffer()), max));
    const at = shards.findLastIndex(start => start <= first);
    const words = at < 0 ? [] : await load(shards[at]);
    if (!shards[at + 1]?.startsWith(first) || words.some(({ text }) => text.startsWith(word))) return words;
    return [...words, ...await load(shards[at + 1])];
  }
  // Title and address of a page.
  async page(number) {
    const { low } = await this.overview();
    const pages = await this.get(`pages-${Math.floor(number / 2 ** low)}.json`, answer => answer.json());
    return pages[number];
  }
}

// A shard: its words in order, and the words of other shards that share a stem with some of them.
export function readShard(bytes, max) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const words = [];
  const classes = [];
  let spelling = new Uint8Array(0);
  for (let n = number(); n > 0; n--) {
    const shared = number();
    const length = number();
    const again = length === 0 && words.length > 0 && shared === spelling.length;
    const next = new Uint8Array(shared + length);
    next.set(spelling.subarray(0, shared));
    next.set(bytes.subarray(at, at += length), shared);
    spelling = next;
    if (!again) words.push({ text: decoder.decode(next), classes: [] });
    const word = words.at(-1);
    const code = number();
    const members = code === 1 ? (classes.push({ words: [], outside: [] }), classes.at(-1)) : classes[classes.length + 1 - code];
    if (code) { members.words.push(word); word.classes.push(members); }
    const n_pages = number();
    if (again) continue;
    // Postings are read when the word is found.
    Object.assign(word, { n_pages, bytes, at });
    for (let left = Math.min(n_pages, max); left > 0; left--) while (bytes[at++] >= 128);
  }
  for (let n = number(); n > 0; n--) {
    const members = classes[number()];
    const length = number();
    members.outside.push(decoder.decode(bytes.subarray(at, at += length)));
  }
  return words;
}

// The pages of a word with their levels.
function postings(word, max) {
  if (word.pages) return word.pages;
  word.pages = new Map();
  let { at, bytes } = word;
  let page = 0;
  for (let left = Math.min(word.n_pages, max); left > 0; left--) {
    let value = 0;
    for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++];
      value += (byte & 127) * scale;
    }
    page += Math.floor(value / 16);
    word.pages.set(page, value % 16);
  }
  return word.pages;
}

// --- finding --------------------------------------------------------------------------------------

// How many letters have to change to make `typed` of the beginning of `word`, or of all of it; at most `limit + 1`.
export function distance(typed, word, limit, isWhole) {
  if (isWhole && Math.abs(typed.length - word.length) > limit) return limit + 1;
  const width = Math.min(word.length, typed.length + limit);
  let before = [];
  let last = Array.from({ length: width + 1 }, (_, n) => n);
  for (let i = 1; i <= typed.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= width; j++) {
      let cost = Math.min(last[j - 1] + (typed[i - 1] !== word[j - 1]), last[j] + 1, row[j - 1] + 1);
      // Two neighbours that changed places are one mistake.
      if (i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]) cost = Math.min(cost, before[j - 2] + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = last;
    last = row;
  }
  return isWhole ? last[width] : Math.min(...last);
}

// Levels 0 to 5 are text, 6 to 10 headings, 11 to 15 titles.
const weight = level => level < 6 ? 1 + level * .25 : level < 11 ? 3 + (level - 6) * .25 : 6 + (level - 11) * .4;

// What a typed word can mean: words with how well they fit.
async function meanings(library, typed, isLast) {
  const words = await library.words(typed);
  const found = new Map();
  const add = (word, fit) => { if (!((found.get(word) ?? 0) >= fit)) found.set(word, fit); };
  const relatives = [];
  for (const word of words) {
    if (word.text === typed) {
      add(word, 1);
      for (const { words: others, outside } of word.classes) {
        for (const other of others) add(other, .85);
        relatives.push(...outside);
      }
    } else if (word.text.startsWith(typed) && (isLast || typed.length > 3)) {
      add(word, (isLast ? .75 : .5) * Math.max(.3, typed.length / word.text.length) ** .5);
    }
  }
  for (const relative of relatives) {
    for (const word of await library.words(relative)) if (word.text === relative) add(word, .85);
  }
  const limit = typed.length > 7 ? 2 : typed.length > 3 ? 1 : 0;
  if (limit && ![...found.values()].some(fit => fit > .8)) {
    for (const word of words) {
      if (found.has(word)) continue;
      const whole = distance(typed, word.text, limit, true);
      const part = isLast && whole > limit ? distance(typed, word.text, limit, false) : limit + 1;
      const fit = whole <= limit ? .5 / whole : part <= limit ? .3 / part : 0;
      if (fit) add(word, fit);
    }
  }
  return found;
}

// The pages that a query means, the best first, with the words that were found for it.
export async function find(library, query) {
  const all = tokens(query).flatMap(token => token.words).filter(word => word.length <= TYPED);
  const typed = [...new Set(all)];
  const isOpen = !/\s$/.test(query);
  const { pages: nPages, max } = await library.overview();
  const terms = await Promise.all(typed.map(word => meanings(library, word, isOpen && word === all.at(-1))));
  const scores = new Map();
  const words = new Map(); // each with the bits of what was typed for it
  terms.forEach((term, bit) => {
    let isCut = false;
    const best = new Map();
    // One rarity for all that a typed word can mean: else rare words that only begin like it would come first.
    const exact = [...term].filter(([, fit]) => fit === 1);
    const inPages = (exact.length ? exact : [...term]).reduce((sum, [word]) => sum + word.n_pages, 0);
    const rarity = Math.log(1 + nPages / Math.min(inPages, nPages));
    for (const [word, fit] of term) {
      words.set(word.text, (words.get(word.text) ?? 0) | 1 << bit);
      isCut ||= word.n_pages > max && fit === 1;
      for (const [page, level] of postings(word, max)) {
        const score = fit * rarity * weight(level);
        if (!(best.get(page) >= score)) best.set(page, score);
      }
    }
    for (const [page, score] of best) {
      const known = scores.get(page) ?? { score: 0, has: 0 };
      scores.set(page, { score: known.score + score, has: known.has | 1 << bit });
    }
    // A word of very many pages is known for the best of them only: others may have it, too.
    if (isCut) terms[bit].isCut = true;
  });
  const needed = terms.reduce((bits, term, bit) => term.isCut ? bits : bits | 1 << bit, 0);
  const ranked = [...scores].map(([page, { score, has }]) => ({ page, score, isWhole: (has & needed) === needed }));
  const whole = ranked.filter(result => result.isWhole);
  const results = (whole.length ? whole : ranked).sort((a, b) => b.score - a.score || a.page - b.page);
  return { results, words, typed };
}

// --- what is shown of a result --------------------------------------------------------------------

const INLINE = new Set('A ABBR B BDI CODE DEL EM I INS KBD MARK S SAMP SMALL SPAN STRONG SUB SUP TIME U VAR'.split(' '));
const BESIDE = 'nav, script, style, template, .anchor, .meta, .tags, .links, [hidden], [aria-hidden=true]';

// The beginning of a page's HTML.
async function htmlOf(url) {
  const answer = await fetch(url, { priority: 'low' });
  if (!answer.ok) return '';
  const reader = answer.body.getReader();
  const text = new TextDecoder();
  let html = '';
  while (html.length < PAGE_BYTES) {
    const { done, value } = await reader.read();
    if (done) return html;
    html += text.decode(value, { stream: true });
  }
  reader.cancel();
  return html;
}

// The sections of a page: the text below each heading.
export function sections(page) {
  const main = page.querySelector('main article') ?? page.querySelector('main') ?? page.body;
  const found = [{ id: '', title: '', text: '' }];
  const walk = (node, heading) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) found.at(-1)[heading ? 'title' : 'text'] += child.data;
      if (child.nodeType !== Node.ELEMENT_NODE || child.matches(BESIDE)) continue;
      const isHeading = /^H[1-6]$/.test(child.nodeName);
      if (isHeading) found.push({ id: child.nodeName === 'H1' ? '' : child.id, title: '', text: '' });
      else if (!INLINE.has(child.nodeName)) found.at(-1)[heading ? 'title' : 'text'] += ' ';
      walk(child, heading || isHeading);
    }
  };
  walk(main, false);
  for (const section of found) {
    section.title = section.title.replace(/\s+/g, ' ').trim();
    section.text = section.text.replace(/\s+/g, ' ').trim();
  }
  return found;
}

// Where a text has words that were found, with the bits of what was typed for them.
export function hits(text, words) {
  const found = [];
  for (const token of tokens(text)) {
    if (!token.run) {
      const bits = words.get(token.words[0]);
      if (bits) found.push({ start: token.start, end: token.end, bits });
      continue;
    }
    token.words.forEach((pair, at) => {
      const bits = words.get(pair);
      const start = token.start + at;
      const last = found.at(-1);
      if (bits && last?.end > start) Object.assign(last, { end: start + pair.length, bits: last.bits | bits });
      else if (bits) found.push({ start, end: start + pair.length, bits });
    });
  }
  return found;
}

const count = bits => { let n = 0; for (; bits; bits &= bits - 1) n++; return n; };

// The section that fits best, and its text around the words.
export function excerpt(all, words) {
  let best;
  for (const section of all) {
    const inTitle = hits(section.title, words).reduce((bits, hit) => bits | hit.bits, 0);
    const inText = hits(section.text, words);
    const bits = inText.reduce((bits, hit) => bits | hit.bits, 0);
    const score = count(inTitle | bits) * 4 + count(inTitle) * 2 + Math.min(inText.length, 5) * .2;
    if (!best || score > best.score) best = { section, score, inText };
  }
  const { section } = best;
  // A heading may have its text further down.
  const from = section.text ? section : all.find(other => other.text) ?? section;
  const inText = from === section ? best.inText : hits(from.text, words);
  const reach = hit => {
    const near = inText.filter(other => other.start >= hit.start && other.end < hit.start + AROUND * .7);
    return count(near.reduce((bits, other) => bits | other.bits, 0)) + near.length * .01;
  };
  const first = inText.slice(0, 100).reduce((best, hit) => (!best || reach(hit) > reach(best) ? hit : best), null);
  let start = Math.max(0, (first?.start ?? 0) - AROUND * .25);
  if (start > 0) start = from.text.indexOf(' ', start) + 1 || start;
  if (first && start > first.start) start = first.start;
  let end = Math.min(from.text.length, start + AROUND);
  if (end < from.text.length) end = Math.max(from.text.lastIndexOf(' ', end), first?.end ?? 0, start + AROUND * .6);
  const text = (start > 0 ? '… ' : '') + from.text.slice(start, end) + (end < from.text.length ? ' …' : '');
  return { id: section.id, title: section.id ? section.title : '', text };
}

function marked(text, words) {
  const parts = [];
  let at = 0;
  for (const { start, end } of hits(text, words)) {
    const mark = document.createElement('mark');
    mark.textContent = text.slice(start, end);
    parts.push(text.slice(at, start), mark);
    at = end;
  }
  return [...parts, text.slice(at)];
}

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== 'role') made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// --- the dialog -----------------------------------------------------------------------------------

class Dialog {
  constructor({ index, base, label, says }) {
    const [none, one, many, failed, help, close] = says.split('|');
    this.library = new Library(index);
    this.base = base;
    this.says = { none, one, many, failed };
    this.input = element('input', {
      type: 'text', inputMode: 'search', role: 'combobox', placeholder: label, autocomplete: 'off', spellcheck: false, enterKeyHint: 'go',
      'aria-label': label, 'aria-controls': 'search-results', 'aria-expanded': 'false', 'aria-autocomplete': 'list',
    });
    this.input.setAttribute('autocapitalize', 'off');
    this.list = element('div', { id: 'search-results', className: 'search-results', role: 'listbox', 'aria-label': label });
    this.status = element('p', { className: 'search-status', role: 'status' });
    const leave = element('button', { type: 'button', className: 'search-close', textContent: close });
    const keys = element('p', { className: 'search-help', textContent: help, 'aria-hidden': 'true' });
    this.dialog = element('dialog', { className: 'search', 'aria-label': label },
      element('div', { className: 'search-box' }, this.input, leave), this.list,
      element('div', { className: 'search-foot' }, this.status, keys));
    // Beside the body, where a page that is put in place of this one leaves it alone.
    document.documentElement.append(this.dialog);
    this.options = [];
    this.asked = 0;
    leave.onclick = () => this.dialog.close();
    this.dialog.onclick = event => { if (event.target === this.dialog) this.dialog.close(); };
    this.dialog.onkeydown = event => this.key(event);
    this.input.oninput = () => this.search();
    this.list.onscroll = () => this.reachedEnd();
    this.list.onclick = event => { if (event.target.closest('a')) this.dialog.close(); };
    this.list.onpointermove = event => {
      const at = this.options.indexOf(event.target.closest('a'));
      if (at >= 0 && at !== this.selected) this.select(at, false);
    };
    this.library.overview().catch(() => {});
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    this.input.select();
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const { key } = event;
    if (key in moves && this.options.length && !event.isComposing) {
      event.preventDefault();
      const n = this.options.length;
      if (key === 'ArrowDown' && this.selected === n - 1 && n < this.results.length) return this.more();
      this.select((this.selected + moves[key] + n) % n, true);
    } else if (key === 'Enter' && !event.isComposing && event.target === this.input) {
      event.preventDefault();
      this.go(event.ctrlKey || event.metaKey);
    }
  }

  // Opens what is selected, and gives the section that fits a moment to be known.
  async go(inNewTab) {
    await this.searching;
    const option = this.options[this.selected];
    if (!option) return;
    await Promise.race([this.look(option), new Promise(done => setTimeout(done, 500))]);
    if (inNewTab) return void window.open(option.href);
    this.dialog.close();
    location.assign(option.href);
  }

  search() {
    this.searching = this.searchNow(++this.asked);
    return this.searching;
  }

  async searchNow(asked) {
    clearTimeout(this.pause);
    const query = this.input.value;
    const last = tokens(query).flatMap(token => token.words).at(-1);
    if (!last) return this.show([], '');
    try {
      const isSpread = !/\s$/.test(query) && await this.library.isSpread(last);
      await new Promise(done => setTimeout(done, isSpread ? LATER : SOON));
      if (asked !== this.asked) return;
      const { results, words, typed } = await find(this.library, query);
      const first = await this.titled(results.slice(0, SHOWN));
      if (asked !== this.asked) return;
      const isTitle = ({ title }) => tokens(title).flatMap(token => token.words).join(' ') === typed.join(' ');
      const ordered = [...first.filter(isTitle), ...first.filter(result => !isTitle(result))];
      this.words = words;
      this.results = [...ordered, ...results.slice(SHOWN, MOST)];
      const { none, one, many } = this.says;
      this.show(ordered, results.length === 0 ? none : results.length === 1 ? one : many.replace('{n}', results.length));
    } catch (cause) {
      if (asked !== this.asked) return;
      this.show([], this.says.failed);
      console.warn(cause);
    }
  }

  // Results with their titles and addresses; without those of pages that went meanwhile.
  async titled(results) {
    const pages = await Promise.all(results.map(result => this.library.page(result.page)));
    return results.map((result, at) => pages[at] && { ...result, title: pages[at][0], url: this.base + pages[at][1] }).filter(Boolean);
  }

  show(results, status) {
    this.status.textContent = status;
    this.options = [];
    this.list.replaceChildren();
    this.dialog.classList.toggle('has-results', results.length > 0);
    this.add(results);
    this.list.scrollTop = 0;
    this.select(results.length ? 0 : -1, false);
    this.input.setAttribute('aria-expanded', String(results.length > 0));
    this.pause = setTimeout(() => this.options.slice(0, EARLY).forEach(option => this.look(option)), PAUSE);
  }

  add(results) {
    for (const { title, url } of results) {
      const path = decodeURI(url.slice(this.base.length)).split('/').filter(Boolean).slice(0, -1).join(' › ');
      const option = element('a', { role: 'option', href: url, tabIndex: -1, id: `search-result-${this.options.length}` },
        element('span', { className: 'search-path', textContent: path }),
        element('span', { className: 'search-title' }, ...marked(title, this.words)));
      this.options.push(option);
      this.list.append(option);
    }
  }

  // The next results, when there are more than are shown.
  async more() {
    const asked = this.asked;
    if (this.isAdding || this.options.length >= (this.results?.length ?? 0)) return;
    this.isAdding = true;
    const from = this.options.length;
    const next = await this.titled(this.results.slice(from, from + SHOWN)).catch(() => []);
    this.isAdding = false;
    if (asked !== this.asked || !next.length) return;
    this.add(next);
    if (this.selected === from - 1) this.select(from, true);
  }

  reachedEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    const [top, bottom] = [scrollTop, scrollTop + clientHeight];
    if (bottom > scrollHeight - 40 && scrollTop > 0) this.more();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      const seen = this.options.filter(({ offsetTop, offsetHeight }) => offsetTop < bottom && offsetTop + offsetHeight > top);
      seen.forEach(option => this.look(option));
    }, PAUSE);
  }

  select(at, isSeen) {
    this.options[this.selected]?.removeAttribute('aria-selected');
    this.selected = at;
    const option = this.options[at];
    if (!option) return this.input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    this.input.setAttribute('aria-activedescendant', option.id);
    if (!isSeen) return;
    option.scrollIntoView({ block: 'nearest' });
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.look(option), PAUSE);
  }

  // Looks into the page of a result, once, for the section that fits.
  look(option) {
    option.looked ??= this.lookNow(option, this.words).catch(() => { option.looked = undefined; });
    return option.looked;
  }

  async lookNow(option, words) {
    const url = option.getAttribute('href');
    const all = await this.library.once(url, async () => sections(new DOMParser().parseFromString(await htmlOf(url), 'text/html')));
    const { id, title, text } = excerpt(all, words);
    if (id) option.href = `${url}#${encodeURIComponent(id)}`;
    if (id && title) option.querySelector('.search-title').after(element('span', { className: 'search-section' }, ...marked(title, words)));
    if (text) option.append(element('span', { className: 'search-text' }, ...marked(text, words)));
  }
}

let dialog;
export function open(settings) {
  dialog ??= new Dialog(settings);
  dialog.open();
}
