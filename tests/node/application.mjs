// An application that hands its user over to Mijn Burgerprofiel, on well-known libraries and as their documentation
// shows: express with express-session, and openid-client for everything that goes to ACM. It is no part of bronkeur and
// knows nothing of its checks.
//
// Arguments: one JSON object: issuer, client_id, client_secret, mbp_client_id, mbp_url, tls (certificate and key, PEM),
// and `mistakes`, names of what it gets wrong. One line of JSON on stdout says when it is ready; it ends with its stdin.

import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import * as client from 'openid-client';

const settings = JSON.parse(process.argv[2]);
const mistakes = new Set(settings.mistakes);
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const server = new URL(settings.issuer);
const options = server.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : undefined;
const config = await client.discovery(
  server, settings.client_id, undefined, client.ClientSecretPost(settings.client_secret), options,
);

const app = express();
app.disable('x-powered-by');
const secure = Boolean(settings.tls);
app.use(session({
  secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false, name: 'toepassing',
  cookie: { httpOnly: true, sameSite: 'lax', secure },
}));

const page = (title, body) => `<!doctype html><html lang="nl"><title>${title}</title><h1>${title}</h1>${body}`;

app.get('/', (request, response) => {
  const signedIn = Boolean(request.session.tokens);
  response.send(page('Toepassing', signedIn
    ? '<p><a href="/mijn-burgerprofiel">Naar Mijn Burgerprofiel</a> <a href="/afmelden">Afmelden</a></p>'
    : '<p><a href="/aanmelden">Aanmelden</a></p>'));
});

app.get('/aanmelden', async (request, response) => {
  const code_verifier = client.randomPKCECodeVerifier();
  const login = { code_verifier, state: client.randomState(), nonce: client.randomNonce() };
  request.session.login = { ...login, next: request.query.next === 'mbp' ? '/mijn-burgerprofiel' : '/' };
  const parameters = {
    redirect_uri: `${origin}/terug`,
    scope: mistakes.has('scope') ? 'openid profile' : 'openid profile rrn',
    code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
    code_challenge_method: 'S256',
    state: login.state,
    nonce: login.nonce,
  };
  response.redirect(client.buildAuthorizationUrl(config, parameters).href);
});

app.get('/terug', async (request, response) => {
  const { code_verifier, state, nonce, next } = request.session.login ?? {};
  const tokens = await client.authorizationCodeGrant(config, new URL(request.originalUrl, origin), {
    pkceCodeVerifier: code_verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
  });
  request.session.regenerate(() => {
    request.session.tokens = { access: tokens.access_token, refresh: tokens.refresh_token, id: tokens.id_token };
    request.session.save(() => response.redirect(next));
  });
});

app.get('/mijn-burgerprofiel', async (request, response) => {
  const { tokens } = request.session;
  if (!tokens) return response.redirect('/aanmelden?next=mbp');
  response.set('cache-control', 'no-store').set('referrer-policy', 'no-referrer');
  const target = new URL('/meldingen', settings.mbp_url);
  try {
    // The documents advise to refresh before the exchange.
    if (tokens.refresh) {
      const fresh = await client.refreshTokenGrant(config, tokens.refresh);
      tokens.access = fresh.access_token;
      tokens.refresh = fresh.refresh_token ?? tokens.refresh;
    }
    const actor = await client.clientCredentialsGrant(config);
    const exchanged = await client.genericGrantRequest(config, EXCHANGE, {
      subject_token: mistakes.has('id-token') ? tokens.id : tokens.access,
      subject_token_type: ACCESS_TOKEN,
      actor_token: mistakes.has('actor') ? tokens.access : actor.access_token,
      actor_token_type: ACCESS_TOKEN,
      audience: settings.mbp_client_id,
      scope: 'profile rrn',
    });
    if (mistakes.has('exchanged-token')) {
      target.searchParams.set('token', exchanged.access_token);
      return response.redirect(303, target.href);
    }
    const answer = await fetch(new URL('/auth/v1/token', settings.mbp_url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: exchanged.access_token, token_type: ACCESS_TOKEN }),
      signal: AbortSignal.timeout(2000),
    });
    const { token } = answer.ok ? await answer.json() : {};
    if (typeof token === 'string') target.searchParams.set('token', token);
  } catch (error) {
    // Without a token the citizen logs in at Mijn Burgerprofiel.
    if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') {
      return response.redirect('/aanmelden?next=mbp');
    }
  }
  response.redirect(303, target.href);
});

app.get('/afmelden', (request, response) => {
  const id = request.session.tokens?.id;
  request.session.destroy(() => {
    response.clearCookie('toepassing');
    const end = config.serverMetadata().end_session_endpoint;
    if (!end) return response.redirect('/');
    const parameters = { post_logout_redirect_uri: `${origin}/`, client_id: settings.client_id };
    response.redirect(client.buildEndSessionUrl(config, id ? { ...parameters, id_token_hint: id } : parameters).href);
  });
});

// Whatever goes wrong is told in a sentence.
app.use((error, request, response, next) => {
  console.error(error.name);
  response.status(500).send(page('Dat lukte niet', '<p>Probeer het later opnieuw.</p>'));
});

const listener = secure ? createHttps(settings.tls, app) : createHttp(app);
// A pooled connection of a client may else meet one that closes.
listener.keepAliveTimeout = 0;
await new Promise((resolve) => listener.listen(settings.port ?? 0, '127.0.0.1', resolve));
const origin = `${secure ? 'https' : 'http'}://127.0.0.1:${listener.address().port}`;
process.stdin.resume().on('end', () => process.exit());
process.stdout.write(`${JSON.stringify({ origin })}\n`);
