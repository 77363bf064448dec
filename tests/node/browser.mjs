// Logs a person in on the development login page of provider.mjs, in a real browser. Arguments: the URL of the login
// page, the name. Prints the text of the last page.

import { chromium } from 'playwright-core';

const [start, name] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  // Nothing of a browser's own may leave this machine.
  args: ['--no-sandbox', '--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
});
try {
  const page = await browser.newPage();
  await page.goto(start);
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.click('button[type=submit]');
  await page.waitForURL(/\/callback/);
  console.log(JSON.stringify({ title: await page.title(), text: await page.innerText('body') }));
} finally {
  await browser.close();
}
