// What only the presenter sees: notes, what comes next, the clock, and minutes spent against those planned.

const MINUTE = 60_000;
// A talk that was left for longer than this is not going on.
const PAUSE = 15 * MINUTE;

let desk, clock = recall('clock') ?? { ms: 0, parts: [], running: false, at: 0 };

function togglePresenter(isOn = !root.classList.contains('presenter')) {
  root.classList.toggle('presenter', isOn);
  if (isOn) { desk ??= makeDesk(); showDesk(now); }
}

// In a second window, or in this one when the browser allows no other. The presenter's window has its clock there.
function openPresenter() {
  if (root.classList.contains('presenter')) { runTimer(!clock.running); return; }
  if (!openWindow(`presenter:${location.pathname}`, 'presenter')) togglePresenter(true);
}

function makeDesk() {
  const part = name => make('div', { class: name });
  const made = { preview: make('div', { class: 'preview', inert: '', 'aria-hidden': 'true' }), notes: part('notes'), time: part('time'), spent: make('button', { type: 'button', class: 'spent', title: says.timer_keys, onclick: () => runTimer(!clock.running) }), pace: part('pace'), part: part('here'), coming: part('coming'), count: part('count') };
  const sizes = [['−', .9], ['+', 1 / .9]].map(([label, by]) => make('button', { type: 'button', 'aria-label': `${says.notes_size} ${label}`, onclick: () => sizeNotes(by) }, label));
  const label = text => make('p', { class: 'label' }, text);
  document.body.append(make('aside', { class: 'desk', 'aria-label': says.presenter },
    make('div', { class: 'upcoming' }, label(says.upcoming), made.preview),
    make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': says.notes }, make('div', { class: 'sizes' }, label(says.notes), ...sizes), made.notes),
    make('div', { class: 'bar' }, made.spent, made.time, made.pace, made.count, made.part, made.coming)));
  sizeNotes(1, made);
  setInterval(tick, 1000);
  return made;
}

function sizeNotes(by, { notes } = desk) {
  const size = Math.max(.7, Math.min((Number(recall('notes-size')) || 1) * by, 2.5));
  keep('notes-size', size);
  notes.style.fontSize = `${size}em`;
}

watchers.push(place => { if (root.classList.contains('presenter')) showDesk(place); });
// The first move starts the clock.
watchers.push((place, how) => {
  if (root.classList.contains('presenter') && how !== 'silent' && !clock.at && place.slide.index + place.step > 0) runTimer(true);
});

function showDesk(place) {
  const { element } = place.slide;
  const coming = after(place);
  const copy = coming?.slide.element.cloneNode(true);
  if (copy) {
    [copy, ...copy.querySelectorAll('[id]')].forEach(part => part.removeAttribute('id'));
    copy.classList.remove('now');
    desk.preview.replaceChildren(copy);
    copy.dataset.folio = '';
    fit(copy);
    showStep(copy, coming.step);
    loadImages(copy);
  } else desk.preview.replaceChildren(make('p', { class: 'end' }, says.end));
  const notes = element.querySelector('[data-notes]')?.cloneNode(true).childNodes;
  desk.notes.replaceChildren(...notes ?? [make('p', { class: 'none' }, says.no_notes)]);
  desk.notes.parentElement.scrollTop = 0;
  desk.count.textContent = [numberOf(place), stepOf(place)].filter(Boolean).join(' · ');
  showTime();
}

// --- the clock: how long the talk has lasted, and each of its parts ---

function runTimer(running) {
  clock = { ...clock, running, at: Date.now() };
  saveTimer();
}

function resetTimer() {
  clock = { ms: 0, parts: [], running: false, at: 0 };
  saveTimer();
}

function saveTimer() {
  keep('clock', clock);
  tell({ timer: clock });
  if (desk) showTime();
}

function hearTimer(timer) {
  clock = { ms: Number(timer.ms) || 0, parts: [...timer.parts ?? []].map(Number), running: timer.running === true, at: Number(timer.at) || 0 };
  if (desk) showTime();
}

function tick() {
  if (!root.classList.contains('presenter')) return;
  if (clock.running) {
    const at = Date.now(), since = at - clock.at, part = plan().at;
    if (since > PAUSE) { clock = { ...clock, at }; return; }
    clock.ms += since;
    clock.parts[part] = (clock.parts[part] ?? 0) + since;
    clock.at = at;
    keep('clock', clock);
  }
  showTime();
}

// Where the deck's parts begin, how long each may take, and in which one the presenter is.
function plan() {
  const starts = (facts.parts ?? []).flatMap(part => [part, ...part.chapters ?? []].map(piece => ({ piece, part, index: byElement.get(document.getElementById(piece.first))?.index })));
  const known = starts.filter(({ index }) => index !== undefined).sort((a, b) => a.index - b.index);
  const parts = (facts.parts ?? []).map(part => {
    const index = known.find(start => start.part === part)?.index ?? Infinity;
    const minutes = part.minutes ?? (part.chapters ?? []).reduce((sum, chapter) => sum + (chapter.minutes ?? 0), 0);
    return { title: part.title || part.chapters?.[0]?.title || '', index, minutes };
  });
  const at = Math.max(0, parts.findLastIndex(({ index }) => index <= now.slide.index));
  return { parts, at };
}

// Minutes that should be over here: those of the parts before, and of this one as much as is shown of it.
function expected({ parts, at }) {
  const end = parts[at + 1]?.index ?? slides.length;
  const share = (now.slide.index - parts[at].index) / Math.max(1, Math.min(end, slides.length) - parts[at].index);
  return parts.slice(0, at).reduce((sum, part) => sum + part.minutes, 0) + parts[at].minutes * Math.max(0, Math.min(share, 1));
}

function showTime() {
  const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const minutes = ms => Math.floor((ms ?? 0) / MINUTE);
  set(desk.time, new Date().toLocaleTimeString(document.documentElement.lang || undefined, { hour: '2-digit', minute: '2-digit' }));
  const seconds = Math.floor(clock.ms / 1000), two = n => String(n).padStart(2, '0');
  set(desk.spent, `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`);
  desk.spent.classList.toggle('paused', !clock.running);
  const { parts, at } = plan(), part = parts[at];
  const planned = parts.reduce((sum, part) => sum + part.minutes, 0);
  const late = planned ? Math.round(clock.ms / MINUTE - expected({ parts, at })) : 0;
  set(desk.pace, !planned ? '' : late > 1 ? fill(says.behind, { n: late }) : late < -1 ? fill(says.ahead, { n: -late }) : says.on_time);
  desk.pace.classList.toggle('late', late > 1);
  set(desk.part, !part ? '' : part.title + (part.minutes ? ` · ${fill(says.of_minutes, { n: minutes(clock.parts[at]), total: part.minutes })}` : ''));
  const coming = parts[at + 1];
  set(desk.coming, coming ? `${says.then} ${coming.title}${coming.minutes ? ` · ${fill(says.minutes, { n: coming.minutes })}` : ''}` : '');
}
