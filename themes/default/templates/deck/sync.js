// Windows that show the same deck keep in step: the one that opened them, the presenter's, and clones; and the windows of
// an audience with the presenter's, when a server passes it on.

const SESSION = key('session');
// Pages from the disk have no channel that is theirs alone. They talk to the window that opened them, and to those they opened.
const peers = new Set(opener ? [opener] : []);
const isFile = location.protocol === 'file:';
let channel;

// A window that is opened by this one inherits what the browser keeps for the session.
function session() {
  try { return sessionStorage.getItem(SESSION) ?? ''; } catch { return ''; }
}

function join() {
  if (isFile || channel || !session() || !window.BroadcastChannel) return;
  channel = new BroadcastChannel(`${SESSION}:${session()}`);
  channel.onmessage = event => hear(event.data, message => channel.postMessage(message));
}

function tell(message) {
  channel?.postMessage(message);
  if (isFile) peers.forEach(peer => peer.closed ? peers.delete(peer) : post(peer, message));
}

const post = (peer, message) => peer.postMessage({ ...message, deck: SESSION }, '*');
addEventListener('message', ({ data, source }) => {
  if (!isFile || data?.deck !== SESSION || !source) return;
  peers.add(source);
  hear(data, message => post(source, message));
});

// When the place that is shown was turned to, in whatever window. News of two windows can cross: the later one counts for both.
let movedAt = 0;

function hear({ place, at = 0, blackout, timer, hello, hidden }, answer) {
  if (hello) answer({ place: shortPlace(now), at: movedAt, blackout: root.classList.contains('blackout'), timer: clock, hidden: [...lenses_off] });
  if (Array.isArray(hidden) && String(hidden) !== String([...lenses_off])) {
    lenses_off = new Set(hidden.filter(lens => lenses.includes(lens)));
    countSlides();
    show(placeNear(now.slide.element, now.step), 'follow');
  }
  if (timer) hearTimer(timer);
  if (blackout !== undefined) root.classList.toggle('blackout', blackout === true);
  const element = place && document.getElementById(place.id);
  if (!byElement.has(element) || at < movedAt) return;
  movedAt = at;
  show(placeNear(element, Number(place.step) || 0), 'follow');
}

const shortPlace = ({ slide, step }) => ({ id: slide.id, step });

watchers.push((place, how) => {
  if (how === 'follow') return;
  movedAt = Date.now();
  tell({ place: shortPlace(place), at: movedAt });
  if (leads()) lead(place);
  else if (how !== 'silent') stray();
});

// Opens this deck in another window of the session. Gives nothing when the browser doesn't allow it.
function openWindow(name, query) {
  try { if (!session()) sessionStorage.setItem(SESSION, Math.random().toString(36).slice(2)); } catch { /* No channel then. */ }
  join();
  if (leads()) lead(now);
  const url = new URL(location.href);
  url.searchParams.delete('presenter');
  if (query) url.searchParams.set(query, '');
  const opened = open(url.href.replace(/=(?=[&#]|$)/, ''), name, 'popup,width=1280,height=800');
  if (opened && isFile) peers.add(opened);
  return opened;
}

function cloneWindow() { openWindow('', ''); }

function startSync() {
  join();
  // Where it began is no news to windows that were there before.
  movedAt = 0;
  tell({ hello: true });
  // The window that opened this one forgets it when it is loaded again.
  if (isFile && opener) setInterval(() => tell({ here: true }), 1000);
  if (room.lead) setInterval(() => { if (hasLed && leads()) lead(now); }, 30_000);
  if (room.follow && !session()) follow();
}

// --- an audience that follows: a server tells of itself, and a browser on the presenter's machine may lead ---

let followed, isStraying = false;
const pill = make('button', { class: 'pill', type: 'button', hidden: '', onclick: () => { isStraying = false; pill.hidden = true; show(followed, 'follow'); } }, says.follow);

// The browser connects again by itself, and the server then says where the presenter is.
function follow() {
  document.body.append(pill);
  let isFirst = true;
  new EventSource(room.follow).addEventListener('place', event => {
    const { id, step } = JSON.parse(event.data), element = document.getElementById(id);
    followed = element && placeNear(element, step);
    if (!followed || leads()) return;
    if (isFirst && followed.slide === now.slide) isStraying = false;
    isFirst = false;
    pill.hidden = !isStraying;
    if (!isStraying) show(followed, 'follow');
  });
}

// Who turns pages alone is left alone, and can come back.
function stray() {
  isStraying = Boolean(followed) && followed.slide !== now.slide;
  pill.hidden = !isStraying;
}

// Windows that lead keep in step by themselves: what the room says of them is older than what they know.
const leads = () => Boolean(room.lead && (session() || root.classList.contains('presenter')));

// One place after the other, and only the newest of those that wait: two on the way could arrive the other way round.
const me = Math.random().toString(36).slice(2);
let toLead, isLeading = false, hasLed = false;
async function lead(place) {
  toLead = { ...shortPlace(place), window: me };
  hasLed = true;
  if (isLeading) return;
  isLeading = true;
  while (toLead) {
    const body = JSON.stringify(toLead);
    toLead = null;
    await fetch(room.lead, { method: 'POST', headers: { 'x-recto-token': room.token }, body, signal: AbortSignal.timeout(5000) }).catch(() => {});
  }
  isLeading = false;
}

// A window that goes leads no more. What is sent then can have no header.
addEventListener('pagehide', () => { if (hasLed) navigator.sendBeacon(room.lead, JSON.stringify({ window: me, token: room.token })); });
addEventListener('pageshow', ({ persisted }) => { if (persisted && hasLed && leads()) lead(now); });
