// Emergency openings of the stand-in server: by number, reviewed by the auditor or the director.
const patients = [{ id: 'p-away', name: '赵德胜' }];
const isKnown = (number) => /^33010119600501\d{4}$/.test(number) && !number.endsWith('9999');
let made = 0;

export function emergencyRoutes(Refusal, add) {
  const forbidden = () => new Refusal(403, 'forbidden', 'not-your-work', '紧急查阅由审计管理员或院长审核。', 'Emergency openings are reviewed by the auditor or the director.');
  const openings = [
    { id: 'emergency-0', version: 4, state: 'unjustified', at: '2026-11-28T21:40:00+08:00', until: '2026-11-29T21:40:00+08:00', user: 'other', who: '钱医生', organization: 'T2', organizationName: '白鹭镇卫生院', patientName: '孙*', reason: 'other', text: '亲属询问', reviewedAt: '2026-11-29T09:00:00+08:00', reviewer: '王院长', note: '与急救无关' },
  ];
  const mayReview = (user) => ['county-director', 'auditor', 'administrator'].includes(user.role);
  return [
    ['GET', /^\/api\/emergency-openings$/, ({ user, search }) => {
      if (!mayReview(user)) throw forbidden();
      const waiting = openings.filter((each) => each.state === 'waiting');
      const shown = search.get('state') === 'waiting' ? waiting : openings;
      const offset = Number(search.get('offset') || 0);
      return { openings: shown.slice(offset, offset + Number(search.get('count') ?? 50)), total: shown.length, waiting: waiting.length };
    }],
    ['POST', /^\/api\/emergency-openings$/, ({ user, body }) => {
      if (user.role !== 'clinician') throw forbidden();
      const found = isKnown(body.identifier) ? patients : [];
      if (found.length === 0) throw new Refusal(404, 'not_found', 'nobody-with-number', '全县档案中没有这个号码的居民，请核对。', "Nobody in the county's records has this number.");
      const until = '2026-12-01T10:00:00+08:00';
      openings.unshift({ id: `emergency-${++made}`, version: 1, state: 'waiting', at: '2026-11-30T10:00:00+08:00', until, user: user.user, who: user.name, organization: 'T1', organizationName: '青石镇卫生院', patientName: '赵**', reason: body.reason, text: body.text, reviewedAt: null, reviewer: null, note: null });
      const opened = { ...openings[0], patientName: '赵德胜' };
      add('p-away', { programmes: [], systolic: [], glucose: [], emergencyUntil: until, emergencies: [opened], patient: { id: 'p-away', name: '赵德胜', gender: 'male', birthDate: '1960-05-01', age: 66, phone: '', idNumber: '**************1234', organization: 'T9', organizationName: '白鹭镇卫生院', address: '' } });
      return { patients: found.map(({ id, name }) => ({ id, name, until })) };
    }],
    ['POST', /^\/api\/emergency-openings\/([^/]+)\/review$/, ({ user, match, body }) => {
      if (!mayReview(user)) throw forbidden();
      const one = openings.find((each) => each.id === match[1]);
      if (one.state !== 'waiting') throw new Refusal(409, 'conflict', 'already-reviewed', '这次紧急查阅已审核。', 'This opening was reviewed already.');
      return Object.assign(one, { state: body.justified ? 'justified' : 'unjustified', note: body.note || null, reviewer: user.name, reviewedAt: '2026-11-30T10:05:00+08:00', version: one.version + 1 });
    }],
  ];
}
