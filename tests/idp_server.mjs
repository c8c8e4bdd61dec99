// A real OIDC provider (npm oidc-provider) for slow tests. POST /test/next says how the next login
// comes out: {"sub", "acr", "amr", "ts"} or {"error"}. It says what it is told, whatever was asked.
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.env.NODE_HOME}/`));
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));
const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const next = { sub: 'alice', acr: '0', amr: ['pwd'] };
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'otpguard', client_secret: 's3cret', grant_types: ['authorization_code'],
      response_types: ['code'], redirect_uris: [process.env.CALLBACK],
    }],
    acrValues: ['0', 'phr', 'phrh'],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      const { Grant } = ctx.oidc.provider;
      const grant = new Grant({
        clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope('openid');
      grant.addOIDCClaims(['acr', 'amr', 'auth_time']);
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on('request', async (req, res) => {
    if (req.url === '/test/next') {
      let body = '';
      for await (const chunk of req) body += chunk;
      Object.assign(next, { error: undefined, ts: undefined }, JSON.parse(body));
      return res.end('{}');
    }
    if (!req.url.startsWith('/interaction/')) return callback(req, res);
    if (next.error) return provider.interactionFinished(req, res, { error: next.error });
    const { sub, acr, amr, ts } = next;
    const login = { accountId: sub, acr, amr, ts };
    return provider.interactionFinished(req, res, { login, consent: {} });
  });
  console.log(`READY ${issuer}`);
});
