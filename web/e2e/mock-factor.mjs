// The second step of a sign-in and the own sessions, as the stand-in server does them.
import { randomBytes } from 'node:crypto';
import { base32, codeOf, stepNow } from './totp.mjs';

const tries = 3;

export function makeFactor({ users, sessions, halves, open, show, Refusal, forbidden }) {
  const begun = new Map();                 // token → when
  const wrong = new Map();                 // half token → wrong codes
  let roles = null;
  const refuse = (status, code, zh, en) => new Refusal(status, status === 401 ? 'unauthenticated' : status === 409 ? 'conflict' : 'invalid', code, zh, en);
  const wrongCode = (status) => refuse(status, 'wrong-code', '验证码不正确；请检查手机时间是否准确', 'the code is wrong; is the clock of the telephone right?');
  const noPasskey = (status) => refuse(status, 'unknown-passkey', '这不是该账号的通行密钥', 'this passkey is none of this account');
  const challenges = new Map();            // token → of a passkey
  const challengeOf = (token) => {
    challenges.set(token, randomBytes(32).toString('base64url'));
    return { challenge: challenges.get(token), timeout: 300_000 };
  };
  // That it answers this challenge, from this page; what it is signed with, the real server looks at.
  const answers = (token, body, type) => {
    const said = JSON.parse(Buffer.from(body.clientDataJSON, 'base64url').toString());
    const right = said.type === type && said.challenge === challenges.get(token) && said.origin.startsWith('http://localhost:');
    challenges.delete(token);
    return right;
  };
  const use = (user, token, body, status) => {
    const found = passkeysOf(user).find((each) => each.id === body.id);
    if (!found || !answers(token, body, 'webauthn.get')) throw noPasskey(status);
    found.lastUsed = instant(Date.now());
  };
  const passkeysOf = (user) => (user.passkeys ??= []);
  const described = (user) => passkeysOf(user).map(({ id, transports }) => ({ type: 'public-key', id, transports }));
  const enrolled = (user) => Boolean(user.factor) || passkeysOf(user).length > 0;
  // The codes on paper go with the last of them.
  const leave = (user) => {
    if (!enrolled(user)) user.recovery = [];
  };
  // The password, and who has a second factor that too.
  const prove = (user, token, body) => {
    checkPassword(user, body);
    if (!enrolled(user)) return;
    if (body.passkey) use(user, token, body.passkey, 400);
    else take(user, body.code, 400);
  };
  const half = (run) => (call) => {
    const { user, token, answer } = call;
    try {
      run(call);
    } catch (problem) {
      wrong.set(token, (wrong.get(token) ?? 0) + 1);
      if (wrong.get(token) < tries) throw problem;
      sessions.delete(token);
      throw refuse(401, 'too-many-codes', '验证码错误次数过多，请重新输入密码登录', 'too many wrong codes: sign in with your password again');
    }
    sessions.delete(token);
    halves.delete(token);
    open(user, answer);
    return show(user);
  };
  const newCodes = () => Array.from({ length: 10 }, () => base32(randomBytes(10)).toLowerCase().match(/.{4}/g).join('-'));

  const stepOf = (secret, code) => [-1, 0, 1].map((away) => stepNow() + away).find((step) => codeOf(secret, step) === code);
  const take = (user, typed, status) => {
    const code = String(typed ?? '').replace(/[\s-]/g, '').toLowerCase();
    const { factor, recovery = [] } = user;
    const step = factor && stepOf(factor.secret, code);
    if (step !== undefined && factor) {
      if (step <= factor.lastStep) throw refuse(status, 'code-used', '该验证码已用过，请等待下一个验证码', 'this code was used already: wait for the next one');
      factor.lastStep = step;
      return;
    }
    const found = recovery.findIndex((each) => each.replaceAll('-', '') === code);
    if (found < 0) throw wrongCode(status);
    recovery.splice(found, 1);
  };
  const checkPassword = (user, body) => {
    if (body.current !== user.password) throw refuse(400, 'wrong-password', '当前密码不正确', 'the current password is wrong');
  };
  const needsFactor = (user) => (roles ?? []).includes(user.role) && !enrolled(user);
  const instant = (time) => new Date(time + 8 * 3600_000).toISOString().replace(/\.\d+Z$/, '+08:00');
  const endAll = (user, but) => {
    for (const [token, name] of sessions) if (name === user.user && token !== but) sessions.delete(token);
  };

  return {
    needsFactor,
    enrolled,
    factorsOf: (user) => [...(user.factor ? ['code'] : []), ...(passkeysOf(user).length ? ['passkey'] : [])],
    // What a session still lacks is done before anything else.
    missing: (token, user, method, path) => {
      const may = (list) => list.includes(`${method} ${path}`);
      if (halves.has(token) && !may(['GET /api/session', 'DELETE /api/session', 'POST /api/session/code', 'POST /api/session/passkey-challenge', 'POST /api/session/passkey'])) return refuse(403, 'code-required', '请先输入两步验证的验证码', 'present the code first');
      if (!user.mustChangePassword && needsFactor(user) && !halves.has(token)
        && !may(['GET /api/session', 'DELETE /api/session', 'POST /api/password', 'GET /api/session/second-factor', 'POST /api/session/second-factor', 'POST /api/session/second-factor/confirm',
          'GET /api/session/passkeys', 'POST /api/session/passkeys/offer', 'POST /api/session/passkeys'])) {
        return refuse(403, 'second-factor-required', '请先设置两步验证', 'set up a second factor first');
      }
      return null;
    },
    began: (token) => begun.set(token, Date.now()),
    routes: [
      ['POST', /^\/api\/session\/code$/, half(({ user, body }) => take(user, body.code, 401))],
      ['POST', /^\/api\/session\/passkey$/, half(({ user, token, body }) => use(user, token, body, 401))],
      ['POST', /^\/api\/session\/passkey-challenge$/, ({ user, token }) => ({
        publicKey: { ...challengeOf(token), rpId: 'localhost', userVerification: 'preferred', allowCredentials: described(user) },
      })],
      ['GET', /^\/api\/session\/passkeys$/, ({ user, request }) => {
        const { host } = request.headers;
        return { address: host.startsWith('localhost:') ? `http://${host}` : null, most: 10, passkeys: passkeysOf(user) };
      }],
      ['POST', /^\/api\/session\/passkeys\/offer$/, ({ user, token, body }) => {
        prove(user, token, body);
        return {
          status: 201,
          json: {
            publicKey: {
              ...challengeOf(token), rp: { id: 'localhost', name: '千县 Qianxian' }, user: { id: Buffer.from(user.user).toString('base64url'), name: user.user, displayName: user.name }, attestation: 'none',
              pubKeyCredParams: [{ type: 'public-key', alg: -7 }], authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification: 'preferred' }, excludeCredentials: described(user),
            },
          },
        };
      }],
      ['POST', /^\/api\/session\/passkeys$/, ({ user, token, body }) => {
        if (!answers(token, body, 'webauthn.create')) throw refuse(400, 'no-challenge', '通行密钥验证已超时或已失效，请重试', 'try again');
        const isFirst = !enrolled(user);
        const passkey = { id: body.id, transports: body.transports, name: body.name, site: 'localhost', here: true, created: instant(Date.now()), lastUsed: null };
        passkeysOf(user).push(passkey);
        if (isFirst) user.recovery = newCodes();
        if (isFirst) endAll(user, token);
        return { status: 201, json: { passkey, recoveryCodes: isFirst ? [...user.recovery] : [] } };
      }],
      ['PATCH', /^\/api\/session\/passkeys\/([^/]+)$/, ({ user, match, body }) => Object.assign(passkeysOf(user).find(({ id }) => id === match[1]), { name: body.name })],
      ['DELETE', /^\/api\/session\/passkeys\/([^/]+)$/, ({ user, token, match, body }) => {
        prove(user, token, body);
        user.passkeys = passkeysOf(user).filter(({ id }) => id !== match[1]);
        leave(user);
        return undefined;
      }],
      ['GET', /^\/api\/session\/second-factor$/, ({ user }) => ({
        enrolled: enrolled(user), codes: Boolean(user.factor), passkeys: passkeysOf(user).length, required: (roles ?? []).includes(user.role),
        since: user.factor ? instant(user.factor.since) : null, recoveryCodes: user.recovery?.length ?? 0,
      })],
      ['POST', /^\/api\/session\/second-factor$/, ({ user, token, body }) => {
        prove(user, token, body);
        user.offered = base32(randomBytes(20));
        return { status: 201, json: { secret: user.offered, uri: `otpauth://totp/Qianxian:${user.user}?secret=${user.offered}&issuer=Qianxian&algorithm=SHA1&digits=6&period=30` } };
      }],
      ['POST', /^\/api\/session\/second-factor\/confirm$/, ({ user, token, body }) => {
        const step = stepOf(user.offered ?? '', body.code);
        if (step === undefined) throw wrongCode(400);
        const isFirst = !enrolled(user);
        user.factor = { secret: user.offered, lastStep: step, since: Date.now() };
        if (isFirst) user.recovery = newCodes();
        endAll(user, token);
        return { recoveryCodes: isFirst ? [...user.recovery] : [] };
      }],
      ['DELETE', /^\/api\/session\/second-factor$/, ({ user, token, body }) => {
        prove(user, token, body);
        user.factor = null;
        leave(user);
        return undefined;
      }],
      ['POST', /^\/api\/session\/recovery-codes$/, ({ user, token, body }) => {
        prove(user, token, body);
        user.recovery = newCodes();
        return { recoveryCodes: [...user.recovery] };
      }],
      ['GET', /^\/api\/sessions$/, ({ user, token }) => ({
        sessions: [
          ...[...sessions].filter(([each, name]) => name === user.user && !halves.has(each)).map(([id]) => ({
            id, kind: 'page', program: '', address: '10.20.3.7', current: id === token, signedIn: instant(begun.get(id)), lastUsed: instant(Date.now()), expires: instant(begun.get(id) + 12 * 3600_000),
          })),
          { id: 'x1', kind: 'token', program: '', address: 'command-line', current: false, signedIn: instant(1.7e12), lastUsed: instant(1.7e12), expires: instant(2e12) },
        ],
      })],
      ['DELETE', /^\/api\/sessions$/, ({ user }) => {
        endAll(user);
        return undefined;
      }],
      ['DELETE', /^\/api\/sessions\/([^/]+)$/, ({ user, match }) => {
        if (sessions.get(match[1]) !== user.user) throw new Refusal(404, 'not_found', 'no-such-session', '没有这个登录，或已结束', 'there is no such session');
        sessions.delete(match[1]);
        return undefined;
      }],
      ['GET', /^\/api\/sign-in-rules$/, ({ user }) => {
        if (user.role !== 'administrator') throw forbidden();
        return { secondFactorRoles: roles ?? [], isDefault: roles === null };
      }],
      ['PATCH', /^\/api\/sign-in-rules$/, ({ user, body }) => {
        if (user.role !== 'administrator') throw forbidden();
        roles = body.secondFactorRoles;
        return { secondFactorRoles: roles ?? [], isDefault: roles === null };
      }],
    ],
    changed: (account, change) => {
      if (change.resetSecondFactor) Object.assign(account, { factor: null, passkeys: [], recovery: [] });
      if (change.resetSecondFactor || change.endSessions) endAll(account);
    },
  };
}
