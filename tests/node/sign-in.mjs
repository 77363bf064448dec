// Logs a person in on the development login page of provider.mjs, as a browser without scripts would: two forms and a
// jar of cookies. Arguments: the URL of the login page, the name. Prints how the last page answered.

const [start, name] = process.argv.slice(2);
const jar = new Map();

async function visit(url, form) {
  const answer = await fetch(url, {
    method: form ? 'POST' : 'GET',
    body: form && new URLSearchParams(form),
    redirect: 'manual',
    headers: { cookie: [...jar].map(([key, value]) => `${key}=${value}`).join('; ') },
  });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, key, value] = /^([^=]+)=([^;]*)/.exec(cookie);
    jar.set(key, value);
  }
  const next = answer.headers.get('location');
  return next ? visit(new URL(next, url).href) : { url, status: answer.status, text: await answer.text() };
}

let page = await visit(start);
for (const form of [{ prompt: 'login', login: name, password: 'any' }, { prompt: 'consent' }]) {
  const action = /<form[^>]* action="([^"]+)"/.exec(page.text);
  if (!action) break;
  page = await visit(new URL(action[1], page.url).href, form);
}
const { status, text } = page;
console.log(JSON.stringify({ status, text }));
