// Keeps the page in the browser up to date while `recto serve` runs, which puts this script into every page.
// The server says when this page, a file that it uses, or the list of problems differs.
(() => {
  const me = document.currentScript;
  const home = new URL('.', me.src);
  const STAMP = /[?&]recto=\w+/;
  const BLOCKS = 'p,h1,h2,h3,h4,h5,h6,li,dt,dd,pre,table,figure,blockquote,img,hr';
  // How far ahead a node is looked for that was only moved by others.
  const AHEAD = 30;
  let digest = me.dataset.recto, stream, moment, isBusy, isStale;
  me.remove();

  // --- the connection: only while the page is seen, since browsers allow a host few of them ---

  function connect() {
    if (stream || document.hidden) return;
    let isFirst = true;
    stream = new EventSource(new URL('events?page=' + encodeURIComponent(location.pathname), home));
    stream.addEventListener('page', event => { pageIs(JSON.parse(event.data), isFirst); isFirst = false; });
    stream.addEventListener('problems', event => problemsAre(JSON.parse(event.data)));
    stream.onerror = () => {
      isFirst = true;
      if (stream && stream.readyState === EventSource.CLOSED) { close(); setTimeout(connect, 2000); }
    };
  }
  function close() { stream?.close(); stream = null; }
  document.addEventListener('visibilitychange', () => document.hidden ? close() : connect());
  addEventListener('pagehide', close);
  addEventListener('pageshow', connect);
  connect();

  function pageIs(state, isFirst) {
    const now = state.run + '-' + state.number;
    const hasMissed = isFirst && moment && moment !== now;
    moment = now;
    if (state.digest === null) return location.reload();
    if (state.digest !== digest) update();
    if (hasMissed) refresh(() => true);
    else if (state.assets.length) refresh(path => state.assets.includes(path));
  }

  let panel;
  async function problemsAre(problems) {
    if (!panel && !problems.errors && !problems.warnings) return;
    panel ??= import(new URL('panel.js', home));
    (await panel).show(problems);
  }

  // --- the page ---

  async function update() {
    isStale = true;
    if (isBusy) return;
    isBusy = true;
    try {
      while (isStale) { isStale = false; await put(); }
    } catch { /* The server went away; the next connection tells what is new. */ }
    isBusy = false;
  }

  async function put() {
    const answer = await fetch(location.href);
    const type = answer.headers.get('content-type') ?? '';
    if (answer.redirected || !type.includes('html')) return location.reload();
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const script = next.querySelector('script[data-recto]');
    if (!script) return location.reload();
    digest = script.dataset.recto;
    script.remove();
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

  // --- the tree: what is equal stays, what is alike is changed, the rest is replaced ---

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

  // --- the files that it uses ---

  const isSheet = node => node.nodeName === 'LINK' && node.relList.contains('stylesheet');
  const pathOf = url => { const { pathname } = new URL(url, document.baseURI); try { return decodeURI(pathname); } catch { return pathname; } };
  const stamped = url => url.replace(STAMP, '') + (url.replace(STAMP, '').includes('?') ? '&' : '?') + 'recto=' + Date.now().toString(36);

  function refresh(isChanged) {
    const hits = url => url && new URL(url, document.baseURI).origin === location.origin && isChanged(pathOf(url));
    if ([...document.scripts].some(script => hits(script.src))) return location.reload();
    const sheets = [...document.querySelectorAll('link')].filter(link => isSheet(link) && !link.isLeaving);
    const isImported = !sheets.some(sheet => hits(sheet.href)) && !document.querySelector('img[src]');
    for (const sheet of sheets) if (isImported || hits(sheet.href)) swap(sheet, sheet);
    for (const element of document.querySelectorAll('[src]')) {
      if (element.nodeName !== 'SCRIPT' && hits(element.src)) element.src = stamped(element.src);
    }
  }

  // The old style sheet holds until the new one is there.
  function swap(old, want) {
    const sheet = document.importNode(want);
    sheet.href = stamped(want.getAttribute('href'));
    sheet.onload = sheet.onerror = () => old.remove();
    old.isLeaving = true;
    old.after(sheet);
  }
})();
