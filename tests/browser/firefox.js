// A real Firefox (FIREFOX, else /usr/bin/firefox-esr), for tests that run in several browsers: see `engines.test.js`.

import playwright from 'playwright-core';
import { PATIENCE } from './site.js';

// What it says of a page that is left while something of it is on its way.
const OF_LEAVING = /^downloadable font: download failed|in the integrity attribute match/;

export class Firefox {
  problems = [];

  static async open() {
    const firefox = new Firefox();
    firefox.browser = await playwright._bidiFirefox.launch({ executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr' });
    firefox.context = await firefox.browser.newContext({ viewport: { width: 1280, height: 720 } });
    firefox.page = await firefox.context.newPage();
    firefox.page.setDefaultTimeout(PATIENCE);
    const note = problem => { if (!OF_LEAVING.test(problem)) firefox.problems.push(problem); };
    firefox.page.on('console', message => { if (message.type() === 'error') note(message.text()); });
    firefox.page.on('pageerror', error => note(String(error)));
    return firefox;
  }
  goto(url) { return this.page.goto(url); }
  run(code, argument) { return this.page.evaluate(code, argument); }
  // Waits until a function in the page is true.
  until(check, argument) { return this.page.waitForFunction(check, argument, { timeout: PATIENCE, polling: 20 }); }
  click(selector) { return this.page.click(selector); }
  type(text) { return this.page.keyboard.type(text); }
  async press(...keys) { for (const key of keys) await this.page.keyboard.press(key); }
  // The window that a key opens.
  async opened(key) {
    const [page] = await Promise.all([this.context.waitForEvent('page'), this.press(key)]);
    return Object.assign(Object.create(this), { page });
  }
  // Keys go to the window in front.
  front() { return this.page.bringToFront(); }
  close() { return this.browser.close(); }
}
