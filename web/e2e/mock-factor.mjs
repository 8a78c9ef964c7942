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
  const newCodes = () => Array.from({ length: 10 }, () => base32(randomBytes(10)).toLowerCase().match(/.{4}/g).join('-'));

  const stepOf = (secret, code) => [-1, 0, 1].map((away) => stepNow() + away).find((step) => codeOf(secret, step) === code);
  const take = (user, typed, status) => {
    const code = String(typed ?? '').replace(/[\s-]/g, '').toLowerCase();
    const { factor } = user;
    const step = stepOf(factor.secret, code);
    if (step !== undefined) {
      if (step <= factor.lastStep) throw refuse(status, 'code-used', '该验证码已用过，请等待下一个验证码', 'this code was used already: wait for the next one');
      factor.lastStep = step;
      return;
    }
    const found = factor.recovery.findIndex((each) => each.replaceAll('-', '') === code);
    if (found < 0) throw wrongCode(status);
    factor.recovery.splice(found, 1);
  };
  const checkPassword = (user, body) => {
    if (body.current !== user.password) throw refuse(400, 'wrong-password', '当前密码不正确', 'the current password is wrong');
  };
  const needsFactor = (user) => (roles ?? []).includes(user.role) && !user.factor;
  const instant = (time) => new Date(time + 8 * 3600_000).toISOString().replace(/\.\d+Z$/, '+08:00');
  const endAll = (user, but) => {
    for (const [token, name] of sessions) if (name === user.user && token !== but) sessions.delete(token);
  };

  return {
    needsFactor,
    // What a session still lacks is done before anything else.
    missing: (token, user, method, path) => {
      const may = (list) => list.includes(`${method} ${path}`);
      if (halves.has(token) && !may(['GET /api/session', 'DELETE /api/session', 'POST /api/session/code'])) return refuse(403, 'code-required', '请先输入两步验证的验证码', 'present the code first');
      if (!user.mustChangePassword && needsFactor(user) && !halves.has(token)
        && !may(['GET /api/session', 'DELETE /api/session', 'POST /api/password', 'GET /api/session/second-factor', 'POST /api/session/second-factor', 'POST /api/session/second-factor/confirm'])) {
        return refuse(403, 'second-factor-required', '请先设置两步验证', 'set up a second factor first');
      }
      return null;
    },
    began: (token) => begun.set(token, Date.now()),
    routes: [
      ['POST', /^\/api\/session\/code$/, ({ user, token, body, answer }) => {
        try {
          take(user, body.code, 401);
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
      }],
      ['GET', /^\/api\/session\/second-factor$/, ({ user }) => ({
        enrolled: Boolean(user.factor), required: (roles ?? []).includes(user.role), since: user.factor ? instant(user.factor.since) : null, recoveryCodes: user.factor?.recovery.length ?? 0,
      })],
      ['POST', /^\/api\/session\/second-factor$/, ({ user, body }) => {
        checkPassword(user, body);
        user.offered = base32(randomBytes(20));
        return { status: 201, json: { secret: user.offered, uri: `otpauth://totp/Qianxian:${user.user}?secret=${user.offered}&issuer=Qianxian&algorithm=SHA1&digits=6&period=30` } };
      }],
      ['POST', /^\/api\/session\/second-factor\/confirm$/, ({ user, token, body }) => {
        const step = stepOf(user.offered ?? '', body.code);
        if (step === undefined) throw wrongCode(400);
        user.factor = { secret: user.offered, lastStep: step, recovery: newCodes(), since: Date.now() };
        endAll(user, token);
        return { recoveryCodes: [...user.factor.recovery] };
      }],
      ['DELETE', /^\/api\/session\/second-factor$/, ({ user, body }) => {
        checkPassword(user, body);
        take(user, body.code, 400);
        user.factor = null;
        return undefined;
      }],
      ['POST', /^\/api\/session\/recovery-codes$/, ({ user, body }) => {
        checkPassword(user, body);
        take(user, body.code, 400);
        user.factor.recovery = newCodes();
        return { recoveryCodes: [...user.factor.recovery] };
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
      if (change.resetSecondFactor) account.factor = null;
      if (change.resetSecondFactor || change.endSessions) endAll(account);
    },
  };
}
