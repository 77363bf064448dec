// An OpenID-certified server as the issuer of the tests, on loopback over plain http. One line of JSON on stdout says
// when it is ready, with a token that expires at once; it ends with its stdin. `GET /test/log` gives the token requests
// that it saw, without secrets.
//
// Its clients: `machine` and `basic machine` (a secret, in the form or as Basic), `signer` and `ec signer`
// (private_key_jwt; the line of JSON holds their keys), the source (introspects) and `desk` (public: logs citizens in). The policy of the token exchange is this file's own:
// real HTTP and real client authentication, but no independent judgement.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

// What the server says on its own goes to stderr, so that the line of JSON stands alone.
console.info = console.warn = console.error;
const { default: Provider, errors } = await import('oidc-provider');

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SOURCE = 'urn:example:source';
const OTHER = 'urn:example:other';

// Invented numbers with serial 999, by the name that logs in.
const NUMBERS = { an: '85073099932', bo: '04031299936', cy: '91113099989' };

const machine = { redirect_uris: [], response_types: [], grant_types: ['client_credentials', EXCHANGE] };
const clients = [
  // Characters that RFC 6749, section 2.3.1, wants encoded inside Basic.
  { ...machine, client_id: 'machine', client_secret: 'machine-secret+/=%: 1', token_endpoint_auth_method: 'client_secret_post' },
  { ...machine, client_id: 'basic machine', client_secret: 'basic-secret+/=%: 1', token_endpoint_auth_method: 'client_secret_basic' },
  { ...machine, client_id: SOURCE, client_secret: 'source-secret-1', grant_types: [] },
  {
    client_id: 'desk', application_type: 'native', token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/callback'], response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
  },
];
// Made at each start: no key lies around.
const keys = {};
for (const [id, alg, type, options] of [
  ['signer', 'RS256', 'rsa', { modulusLength: 2048 }],
  ['ec signer', 'ES256', 'ec', { namedCurve: 'P-256' }],
]) {
  const { publicKey, privateKey } = generateKeyPairSync(type, options);
  keys[id] = privateKey.export({ type: 'pkcs8', format: 'pem' });
  clients.push({
    ...machine, client_id: id, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg }] },
  });
}

const resource = { scope: 'attesten', accessTokenFormat: 'opaque', accessTokenTTL: 300 };

function configuration() {
  return {
    clients,
    scopes: ['openid', 'offline_access', 'attesten'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    rotateRefreshToken: true,
    pkce: { required: () => true },
    cookies: { keys: ['not a secret'] },
    ttl: { AccessToken: 300, Interaction: 300, Session: 300, Grant: 300, IdToken: 300, RefreshToken: 3600, ClientCredentials: 300 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims: (_, token) => (token.accountId ? { rrn: NUMBERS[token.accountId] } : undefined),
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        // Without it any client may read any token.
        allowedPolicy: (_, client, token) => [token.aud].flat().includes(client.clientId) || client.clientId === SOURCE,
      },
      resourceIndicators: {
        enabled: true,
        // `audience` of RFC 8693 is a client-id; a resource must be a URI, so the source's client-id is one.
        defaultResource: (ctx) => ctx.oidc.body?.audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, indicator) => {
          if (![SOURCE, OTHER].includes(indicator)) throw new errors.InvalidTarget();
          return { ...resource, audience: indicator };
        },
      },
    },
  };
}

/** RFC 8693: the subject's token for one with the source's audience. */
async function exchange(ctx) {
  const { params, client, provider } = ctx.oidc;
  const subject = await provider.AccessToken.find(params.subject_token ?? '');
  if (!subject || subject.isExpired || params.subject_token_type !== ACCESS_TOKEN) {
    throw new errors.InvalidGrant('the subject token is not valid');
  }
  if (Boolean(params.actor_token) !== Boolean(params.actor_token_type)) {
    throw new errors.InvalidRequest('actor_token and actor_token_type go together');
  }
  if (params.actor_token && !(await provider.ClientCredentials.find(params.actor_token))) {
    throw new errors.InvalidGrant('the actor token is not valid');
  }
  const audience = params.audience ?? params.resource;
  if (![SOURCE, OTHER].includes(audience)) throw new errors.InvalidTarget();
  if (params.scope && params.scope !== resource.scope) throw new errors.InvalidScope('unknown', params.scope);
  const token = new provider.AccessToken({
    // No grant of the subject's: that one is of the client that logged in.
    accountId: subject.accountId, client, gty: EXCHANGE, scope: params.scope, expiresWithSession: false,
    resourceServer: new provider.ResourceServer(audience, { ...resource, audience }),
  });
  ctx.body = {
    access_token: await token.save(), issued_token_type: ACCESS_TOKEN, token_type: 'Bearer',
    expires_in: token.expiration, scope: params.scope ?? '',
  };
}

const server = createServer();
// A pooled connection of a client may else meet one that closes.
server.keepAliveTimeout = 0;
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, configuration());
provider.registerGrantType(EXCHANGE, exchange, [
  'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'audience', 'resource', 'scope', 'requested_token_type',
]);
// A client with bad metadata shows now, not in the middle of a test.
for (const { client_id: id } of clients) await provider.Client.find(id);

const log = [];
provider.use(async (ctx, next) => {
  if (ctx.path === '/test/log') {
    ctx.body = log;
    return;
  }
  await next();
  if (ctx.path === '/token') {
    const { params, client } = ctx.oidc ?? {};
    const basic = ctx.get('authorization').startsWith('Basic ');
    const how = basic ? 'basic' : ctx.oidc?.body?.client_assertion ? 'jwt' : ctx.oidc?.body?.client_secret ? 'post' : 'none';
    log.push({ client: client?.clientId, how, grant: params?.grant_type, status: ctx.status, error: ctx.body?.error });
  }
});
provider.on('server_error', (_, error) => console.error(error));
server.on('request', provider.callback());
process.stdin.resume().on('end', () => process.exit());
const short = new provider.AccessToken({
  accountId: 'an', client: await provider.Client.find('machine'), gty: EXCHANGE, scope: resource.scope, expiresWithSession: false,
  resourceServer: new provider.ResourceServer(SOURCE, { ...resource, audience: SOURCE }), expiresIn: 1,
});
const expired = await short.save();
process.stdout.write(`${JSON.stringify({ issuer, keys, expired })}\n`);
