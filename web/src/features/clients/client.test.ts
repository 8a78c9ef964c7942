import { expect, it } from 'vitest';
import { bodyOf, clientFaultsOf, linesOf, type TypedClient } from './client';

const good: TypedClient = { name: '血压图', login: 'none', redirects: 'https://app.example.cn/back', scope: 'openid user/Observation.rs', account: '', jwks: '' };

it('what is missing is said at its field', () => {
  expect(clientFaultsOf(good)).toEqual({});
  expect(clientFaultsOf({ name: ' ', login: 'none', redirects: '', scope: '', account: 'li', jwks: '' })).toEqual({ name: 'needName', redirects: 'needWay', scope: 'needScope' });
  expect(clientFaultsOf({ ...good, login: 'keys' })).toEqual({ jwks: 'badKeys' });
  expect(clientFaultsOf({ ...good, login: 'keys', jwks: '{"keys":[]}' })).toEqual({ jwks: 'badKeys' });
  expect(clientFaultsOf({ ...good, login: 'keys', redirects: '', account: 'li', jwks: '{"keys":[{"kty":"EC"}]}' })).toEqual({});
});

it('redirect addresses are https, or on this machine', () => {
  for (const address of ['https://app.cn', 'https://app.cn:8443/a?b=c', 'http://127.0.0.1:5000/cb', 'http://localhost/x', 'http://[::1]/']) {
    expect(clientFaultsOf({ ...good, redirects: address }), address).toEqual({});
  }
  for (const address of ['http://app.cn/', 'http://127.0.0.1.evil.cn/', 'https://a@evil.cn/', 'https://app.cn/#x', 'javascript:alert(1)', 'app:/back']) {
    expect(clientFaultsOf({ ...good, redirects: `${good.redirects}\n${address}` }), address).toEqual({ redirects: 'badRedirect' });
  }
});

it('only what the login uses is sent', () => {
  expect(linesOf(' a \n\n b')).toEqual(['a', 'b']);
  expect(bodyOf({ ...good, scope: ' openid \n user/Observation.rs ', account: 'li', jwks: 'x' }))
    .toEqual({ name: '血压图', login: 'none', redirectUris: ['https://app.example.cn/back'], scope: 'openid user/Observation.rs' });
  expect(bodyOf({ ...good, login: 'keys', account: ' li ', jwks: '{"keys":[1]}' })).toMatchObject({ account: 'li', jwks: { keys: [1] } });
});
