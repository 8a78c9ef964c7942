// The stand-in's programs: one that is known, its requests, the user's decisions.
export function makeOauth({ Refusal, forbidden, notFound }) {
  const clients = [{
    id: 'app-1', name: '血压图', login: 'none', redirectUris: ['https://app.example.cn/back'], scope: 'openid profile offline_access user/*.cruds', account: null, disabled: false,
    created: '2025-11-01T08:00:00+08:00', createdBy: 'admin',
  }];
  const decisions = [];
  const known = (search) => {
    const client = clients.find((each) => each.id === search.get('client_id') && !each.disabled);
    if (!client) throw new Refusal(404, 'not_found', 'no-such-client', '没有登记此 client_id 的应用', 'no program is registered under this client_id');
    if (!client.redirectUris.includes(search.get('redirect_uri'))) throw new Refusal(400, 'invalid', 'bad-redirect', '应用未登记此回调地址', 'the program is not registered with this redirect address');
    return client;
  };
  const adminOnly = (user) => {
    if (user.role !== 'administrator') throw forbidden();
  };
  const routes = [
    ['GET', /^\/api\/authorize$/, ({ user, search }) => {
      const client = known(search);
      return { client: { id: client.id, name: client.name }, redirectHost: new URL(search.get('redirect_uri')).host, user: user.user, name: user.name, words: search.get('scope').split(' ') };
    }],
    ['POST', /^\/api\/authorize$/, ({ body }) => {
      const search = new URLSearchParams(body.request);
      known(search);
      decisions.push(body);
      const answer = new URLSearchParams(body.agree ? { code: 'c-1' } : { error: 'access_denied' });
      answer.set('state', search.get('state'));
      return { redirect: `${search.get('redirect_uri')}?${answer}` };
    }],
    ['GET', /^\/api\/clients$/, ({ user }) => {
      adminOnly(user);
      return { clients };
    }],
    ['POST', /^\/api\/clients$/, ({ user, body }) => {
      adminOnly(user);
      const client = { account: null, ...body, jwks: undefined, id: `app-${clients.length + 1}`, disabled: false, created: '2025-11-02T08:00:00+08:00', createdBy: user.user };
      clients.push(client);
      return { status: 201, json: { client, secret: body.login === 'secret' ? `secret-of-${client.id}-0123456789abcdefghijklmnop` : null } };
    }],
    ['PATCH', /^\/api\/clients\/([^/]+)$/, ({ user, match, body }) => {
      adminOnly(user);
      const client = clients.find((each) => each.id === match[1]);
      if (!client) throw notFound();
      const { newSecret, ...rest } = body;
      Object.assign(client, rest);
      return { client, secret: newSecret ? 'another-secret-0123456789abcdefghijklmnop' : null };
    }],
  ];
  return { routes, decisions };
}

// What the server does with the browser that a program sends: on to the page.
export function answerAuthorize(address, answer) {
  answer.writeHead(302, { Location: `/authorize${address.search}`, 'Cache-Control': 'no-store' });
  answer.end();
}
