// What is shown, in the order of the contact sheet: a name, an address of our own site, and what to do before the picture is taken.
//
// `file` makes a picture for the documentation as well, at the size of `view` and by day.

export const views = {
  desk: { width: 1280, height: 860 },
  slide: { width: 960, height: 540 },
  phone: { width: 390, height: 780 },
};

export const pages = [
  { name: 'Landing page', path: '/', file: 'content/images/site.png', view: 'desk' },
  { name: 'Section', path: '/guide/' },
  { name: 'Page', path: '/guide/markdown/' },
  { name: 'Code', path: '/guide/code/' },
  { name: 'Reference', path: '/reference/config/' },
  { name: 'Glossary', path: '/glossary/' },
  { name: 'Changelog', path: '/changelog/' },
  { name: 'Slide', path: '/workshop/day.yml.html#workshop-chapters-slides--many-decks-one-set-of-chapters', file: 'content/images/deck.png', view: 'slide' },
  { name: 'Workbook', path: '/workshop/chapters/slides/' },
  { name: 'French', path: '/fr/start/' },
  { name: 'Tags', path: '/tags/' },
  { name: 'Tag', path: '/tags/tutorial/' },
  { name: 'Not found', path: '/no-such-page/' },
  { name: 'Search', path: '/guide/', act: search },
  { name: 'Search without result', path: '/guide/', act: page => search(page, 'xyzzy') },
  { name: 'End of a page', path: '/guide/search/', act: page => page.evaluate(() => window.scrollTo(0, document.body.scrollHeight)) },
];

async function search(page, words = 'front matter') {
  await page.keyboard.press('/');
  await page.waitForSelector('.search[open]');
  await page.keyboard.type(words);
  await page.waitForFunction(() => document.querySelector('.search-status').textContent !== '');
  // What is found comes first, the text around it a moment later.
  await page.waitForFunction(() => !document.querySelector('.search-title') || document.querySelectorAll('.search-text').length > 2);
}
