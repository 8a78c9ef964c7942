// The audit of the stand-in server: a day of a county, newest first, and the seals of three days.
const verbs = [['search', 'Patient', 'name=wang', 7], ['open', 'Patient', 'p1', 1], ['read', 'Observation', 'o17', 1], ['commit', 'Task', 'step-9 flow:visit', 3], ['audit', '*', 'verb=open', 0], ['commit', 'QianxianAccount', 'account-8c69 wrong-password village', 1]];
const people = [['specialist', '示例县医院医师', 'clinician', '10.20.1.17'], ['village', '示例村医', 'clinician', '10.20.7.3'], ['admin', '管理员', 'administrator', '127.0.0.1'], ['system', '', 'system', '']];

const notes = Array.from({ length: 230 }, (_, i) => {
  const number = 230 - i;
  const [verb, type, what, rows] = verbs[number % verbs.length];
  const [user, name, role, origin] = people[number % people.length];
  const minute = (number % 150) * 3;
  return {
    number, at: `2026-11-${number > 149 ? 29 : 28}T${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00+08:00`, t: 800 + number, user, name, role,
    purpose: role === 'system' ? 'feed:warehouse' : 'TREAT', origin, verb, type, what, rows,
  };
});

const seals = [26, 27, 28].map((day, i) => ({
  day: `2026-11-${day}`, number: 50 * (i + 1), at: `2026-11-${day + 1}T00:00:02+08:00`, link: String(i).repeat(32), publicKey: 'a'.repeat(64), signature: String(i).repeat(128),
}));

export const auditRoutes = (forbidden) => [
  ['GET', /^\/api\/audit$/, ({ user, search }) => {
    if (user.role !== 'administrator') throw forbidden();
    const is = (name, value) => !search.get(name) || search.get(name) === value;
    const before = Number(search.get('before') || Infinity);
    const fitting = notes.filter((note) => note.number < before && is('user', note.user) && is('verb', note.verb) && note.what.includes(search.get('text') ?? '')
      && note.at.slice(0, 10) >= (search.get('from') ?? '') && note.at.slice(0, 10) <= (search.get('to') || '9'));
    const most = Number(search.get('count') || 100);
    const shown = fitting.slice(0, most);
    return { notes: shown, before: fitting.length > most ? shown.at(-1).number : 0, looked: shown.length };
  }],
  ['GET', /^\/api\/audit\/seals$/, ({ user }) => {
    if (user.role !== 'administrator') throw forbidden();
    return { seals };
  }],
];
