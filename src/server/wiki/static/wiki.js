// What the wiki's menu does besides leading somewhere: pages that are watched are kept in the browser, and a menu closes when a
// reader goes on. Without this script all of its links work.

const KEY = 'recto-watched';
const MOST = 200; // pages that are watched

const watched = () => {
  try {
    const pages = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(pages) ? pages.filter(({ url, title }) => typeof url === 'string' && typeof title === 'string') : [];
  } catch {
    return [];
  }
};
const keep = pages => {
  try { localStorage.setItem(KEY, JSON.stringify(pages.slice(0, MOST))); } catch { /* a browser that keeps nothing */ }
};

const here = { url: location.pathname, title: (document.querySelector('main h1') ?? document.querySelector('title'))?.textContent.trim() ?? location.pathname };

for (const button of document.querySelectorAll('button[data-watch]')) {
  const [watch, unwatch] = button.dataset.watch.split('|');
  const show = () => { button.textContent = watched().some(page => page.url === here.url) ? unwatch : watch; };
  button.addEventListener('click', () => {
    const others = watched().filter(page => page.url !== here.url);
    keep(others.length < watched().length ? others : [here, ...others]);
    show();
  });
  button.closest('li').hidden = false;
  show();
}

const section = document.querySelector('.wiki-watched');
const pages = watched();
if (section && pages.length) {
  section.querySelector('ul').replaceChildren(...pages.map(({ url, title }) => {
    const [item, link] = [document.createElement('li'), document.createElement('a')];
    // Only addresses of this wiki: what is kept may come from elsewhere.
    link.href = new URL(url, location.origin).pathname;
    link.textContent = title;
    item.append(link);
    return item;
  }));
  section.hidden = false;
}

for (const menu of document.querySelectorAll('.wiki-menu')) {
  document.addEventListener('click', event => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
}
