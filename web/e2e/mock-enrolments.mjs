// Enrolments of the stand-in server: who is in which programme, ended with a reason, handed over, moved to a new edition.
import { both, organizations } from './mock-data.mjs';

export function makeEnrolments({ pathways, people, personOf, dayOn, clinician, Refusal, notFound }) {
  // What was changed of each; what is not here is as it began.
  const changes = new Map();
  const idOf = (patient, pathway) => `care-${patient}-${pathway}`;
  const pathwayOf = (id) => pathways.find((each) => each.id === id);

  const of = (person) => person.programmes.map((id) => {
    const pathway = pathwayOf(id);
    const stage = id === 'lung' ? pathway.stages[4] : pathway.stages[0];
    const own = idOf(person.patient.id, id);
    return {
      id: own, pathway: id, title: pathway.title, stage: stage.id, stageName: stage.name, course: stage.course, status: 'active', since: dayOn(-700), until: null, exitReason: null,
      edition: own === 'care-p1-hypertension' ? '2025.1' : pathway.edition, organization: person.patient.organization, ...changes.get(own),
    };
  });
  const change = (id, part) => changes.set(id, { ...changes.get(id), ...part });
  const find = (id) => {
    for (const person of people()) for (const each of of(person)) if (each.id === id) return { person, enrolment: each };
    throw notFound();
  };
  const open = (id) => {
    const found = find(id);
    if (found.enrolment.status !== 'active') throw new Refusal(409, 'conflict', 'already-ended', '该登记已结束。', 'This enrolment has ended already.');
    return found;
  };
  const isOver = (patient, pathway) => of(personOf(patient)).some((each) => each.pathway === pathway && each.status !== 'active');

  // How many others are still led by the edition of 2025; one of them is nobody's to move.
  const earlier = { hypertension: 320 };
  const editionsOf = (pathway, enrolled) => [{ edition: pathway.edition, people: enrolled - (earlier[pathway.id] ?? 0) }, { edition: '2025.1', people: earlier[pathway.id] ?? 0 }].filter((each) => each.people > 0);

  const routes = [
    ['POST', /^\/api\/programmes\/([^/]+)\/move$/, ({ match, body }) => {
      if (!body.reason) throw new Refusal(400, 'invalid', 'no-reason', '请说明原因。', 'Say why.');
      const [id, place] = [match[1], Number(body.next ?? 0)];
      const others = (earlier[id] ?? 0) - (place > 0 ? 1 : 0);
      const looked = Math.min(50, others);
      const left = place === 0 && looked > 0 ? [{ patient: personOf('p2').patient, why: both('接管机构不在您的权限内。', 'The institution is not one of yours.') }] : [];
      if (id in earlier) earlier[id] -= looked - left.length;
      return { left, looked, moved: looked - left.length, next: others > looked ? String(place + 1) : null };
    }],
    ['POST', /^\/api\/enrolments\/([^/]+)\/exit$/, ({ user, match, body }) => {
      clinician(user);
      const { person, enrolment } = open(match[1]);
      const exit = pathwayOf(enrolment.pathway).exits.find((each) => each.id === body.reason && each.byHand);
      if (!exit) throw new Refusal(400, 'invalid', 'no-such-reason', '没有这个结束原因。', 'There is no such reason.');
      const ended = body.reason === 'death' ? of(person).filter((each) => each.status === 'active') : [enrolment];
      for (const each of ended) change(each.id, { status: 'finished', until: dayOn(0), exitReason: body.reason, note: body.note, on: body.on });
      return { id: enrolment.id };
    }],
    ['POST', /^\/api\/enrolments\/([^/]+)\/move$/, ({ user, match, body }) => {
      clinician(user);
      const { enrolment } = open(match[1]);
      if (!body.reason) throw new Refusal(400, 'invalid', 'no-reason', '请说明原因。', 'Say why.');
      if (body.organization && !organizations.some((each) => each.code === body.organization)) throw notFound();
      change(enrolment.id, body.organization ? { organization: body.organization, moved: body.reason } : { edition: pathwayOf(enrolment.pathway).edition, renewed: body.reason });
      return { id: enrolment.id };
    }],
  ];
  return { of, isOver, changes, editionsOf, routes };
}
