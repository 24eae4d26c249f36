// What readers of a workbook have done stays in their browser: things to do that are ticked off, and answers.
//
// A plain script and no module, so that it runs in pages that are opened from a disk. Everything can be read without it.

(() => {
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
// A page has one name, with and without the file that stands in its address.
const nameOf = url => new URL(url, location.href).pathname.replace(/index\.html$/, '');
const key = url => `recto-done:${nameOf(url)}`;
const recall = url => { try { return JSON.parse(localStorage.getItem(key(url))); } catch { return null; } };
const keep = value => { try { localStorage.setItem(key(location.href), JSON.stringify(value)); } catch { /* It holds until the page is left. */ } };
const say = (element, n, total) => { element.textContent = element.dataset.says.replace('{n}', n).replace('{total}', total); };

const tasks = all('.task > input'), choices = all('.question input');
const progress = document.querySelector('.book-progress');

function restore() {
  const done = new Set(recall(location.href)?.done ?? []);
  for (const task of tasks) task.checked = done.has(task.id);
  choices.forEach((choice, i) => { choice.checked = done.has(`choice-${i}`); });
}

function save() {
  const done = [...tasks.filter(task => task.checked).map(task => task.id), ...choices.flatMap((choice, i) => choice.checked ? [`choice-${i}`] : [])];
  keep({ done, n: tasks.filter(task => task.checked).length, total: tasks.length });
  show();
}

function show() {
  if (!progress) return;
  const questions = all('.question');
  const isRight = question => all('input', question).every(input => input.checked === input.closest('.answer').matches('.right'));
  const [n, total] = tasks.length ? [tasks.filter(task => task.checked).length, tasks.length] : [questions.filter(isRight).length, document.body.matches('.quiz') ? questions.length : 0];
  progress.hidden = !total;
  if (!total) return;
  say(progress, n, total);
  progress.style.setProperty('--done', n / total);
}

restore();
show();
addEventListener('change', event => { if (event.target.matches('.task > input, .question input')) save(); });
// Another window may show the same page.
addEventListener('storage', () => { restore(); show(); showChapters(); });

// --- the list of chapters: how much is done in each ---

function showChapters() {
  for (const chapter of all('.chapter-done')) {
    const { n = 0, total = 0 } = recall(chapter.dataset.of) ?? {};
    if (total) say(chapter, n, total);
    chapter.classList.toggle('all', total > 0 && n === total);
  }
}
showChapters();
addEventListener('pageshow', showChapters);

// --- code, and what is folded ---

all('pre').forEach(pre => globalThis.recto?.addCodeTools(pre));

function unfold() {
  let name = location.hash.slice(1);
  try { name = decodeURIComponent(name); } catch { /* Taken as it is written. */ }
  const details = document.getElementById(name)?.closest('details');
  if (details) details.open = true;
}
addEventListener('hashchange', unfold);
unfold();
// Paper shows everything.
addEventListener('beforeprint', () => all('details[data-slide]').forEach(details => { details.open = true; }));
})();
