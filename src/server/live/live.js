// Keeps the page in the browser up to date while `recto serve` runs, which puts this script into every page.
// The server says when this page, a file that it uses, or the list of problems differs.
(() => {
  const me = document.currentScript;
  const home = new URL('.', me.src), scripts = {}, shown = me.dataset.problems;
  let digest = me.dataset.recto, stream, moment, isBusy, isStale, hasProblems, n_failed = 0;
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
      if (stream?.readyState === EventSource.CLOSED) { close(); setTimeout(connect, 2000); }
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
    if (hasMissed || state.assets.length) refresh(hasMissed ? null : state.assets);
  }

  async function problemsAre(problems) {
    hasProblems ||= problems.errors || problems.warnings;
    if (!hasProblems || shown === 'nowhere') return;
    try {
      (await script('panel.js')).show(problems, shown === 'badge');
    } catch { /* The next list of them is shown. */ }
  }

  // A script that is needed now. One that didn't load is tried again under another address: browsers remember what failed.
  function script(name) {
    scripts[name] ??= import(new URL(name + (n_failed ? '?try=' + n_failed : ''), home)).catch(error => {
      delete scripts[name];
      n_failed++;
      throw error;
    });
    return scripts[name];
  }

  // --- the page, as it is now, in the place of the one that is shown ---

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
    const [{ put, pathOf }, answer] = await Promise.all([script('morph.js'), fetch(location.href)]);
    const isPage = !answer.redirected && answer.headers.get('content-type')?.includes('html');
    const next = isPage && new DOMParser().parseFromString(await answer.text(), 'text/html');
    const mark = next && next.querySelector('script[data-recto]');
    if (!mark) return location.reload();
    digest = mark.dataset.recto;
    mark.remove();
    // A script that has run can't be taken back.
    const run = new Map([...document.scripts].filter(({ src }) => src).map(({ src }) => [pathOf(src), src]));
    if ([...next.scripts].some(({ src }) => src && run.has(pathOf(src)) && run.get(pathOf(src)) !== src)) return location.reload();
    put(next, swap);
    // For scripts of the theme: what they added to the page is gone.
    dispatchEvent(new Event('recto:update'));
  }

  // --- the files that it uses ---

  const STAMP = /[?&]recto=\w+/;
  // What has a hash in its name never changes: the page names another file instead.
  const HASHED = /\.[0-9a-f]{10}\.\w+$/;
  function stamped(url) {
    const plain = url.replace(STAMP, '');
    return plain + (plain.includes('?') ? '&' : '?') + 'recto=' + Date.now().toString(36);
  }

  // Loads changed files again; without a list any may have changed.
  function refresh(changed) {
    const isHit = url => {
      const { origin, pathname } = new URL(url, document.baseURI);
      return origin === location.origin && !HASHED.test(pathname) && (!changed || changed.includes(decodeURIComponent(pathname)));
    };
    if (changed && [...document.scripts].some(script => script.src && isHit(script.src))) return location.reload();
    const sheets = [...document.querySelectorAll('link[rel~=stylesheet]')].filter(sheet => !sheet.isLeaving);
    const hits = sheets.filter(sheet => isHit(sheet.href));
    const isImported = !hits.length && changed?.some(path => path.endsWith('.css'));
    const mayImport = sheet => !HASHED.test(new URL(sheet.href, document.baseURI).pathname);
    for (const sheet of isImported ? sheets.filter(mayImport) : hits) swap(sheet, sheet);
    for (const element of document.querySelectorAll('[src]:not(script)')) {
      if (isHit(element.src)) element.src = stamped(element.src);
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
