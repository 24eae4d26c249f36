// What a deck costs a browser: main-thread CPU until its first slide is painted and until it answers keys, and what a step costs.
//
//     node benches/deck.mjs public/kube-selfpaced.yml.html [RUNS]
//
// Needs `npm ci` in tests/browser, and Chromium (CHROMIUM, else /usr/bin/chromium). Times are of the DevTools protocol:
// `TaskDuration` of the page's main thread; a step is from the key to the frame that shows it, without waiting for the screen.

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { chromium } = createRequire(new URL('../tests/browser/', import.meta.url))('playwright-core');
const [file, runs = '5'] = process.argv.slice(2);
const N_STEPS = 400;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const sorted = values => values.toSorted((a, b) => a - b);
const at = (values, share) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))];

const opened = [], steps = [];
for (let run = 0; run < Number(runs); run++) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => (await client.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const before = await busy();
  await page.goto(pathToFileURL(resolve(file)).href);
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
  opened.push(1000 * (await busy() - before));
  // Forced layout stands for what a frame does; the paint of one slide is the compositor's.
  steps.push(...await page.evaluate(n => {
    const press = key => dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    return Array.from({ length: n }, () => {
      const before = performance.now();
      press('ArrowRight');
      document.querySelector('.now').getBoundingClientRect();
      return performance.now() - before;
    });
  }, N_STEPS));
  if (run === 0) console.log(`${await page.locator('[data-slide]').count()} slides`);
  await page.close();
}
console.log(`open and ready: ${at(opened, .5).toFixed(0)} ms of main thread (${sorted(opened).map(ms => ms.toFixed(0)).join(' ')})`);
console.log(`step: median ${at(steps, .5).toFixed(2)} ms, p95 ${at(steps, .95).toFixed(2)} ms, longest ${at(steps, 1).toFixed(2)} ms, of ${steps.length}`);
await browser.close();
