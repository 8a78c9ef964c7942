// The care routes of the stand-in server: an invented township with its villages, the people in its programmes, referrals and a
// consultation, in the shapes of docs/formats/api.md. Visits are kept: sent twice they count once; a task that another visit
// has done answers 409 with that visit.
import { both, organizations } from './mock-data.mjs';
import { makeEnrolments } from './mock-enrolments.mjs';

const day = 86_400_000;
const iso = (time) => new Date(time).toISOString().slice(0, 10);
const now = () => Date.now();
const dayOn = (days) => iso(now() + 8 * 3_600_000 + days * day);
const at = (hours) => `${new Date(now() + 8 * 3_600_000 + hours * 3_600_000).toISOString().slice(0, 19)}+08:00`;
const loinc = 'http://loinc.org';

const option = (code, zh, en, more = {}) => ({ code, text: both(zh, en), ...more });
const source = { title: both('国家基本公共卫生服务规范（第三版）', 'National basic public health services, third edition'), reference: '条目据编者知识，须与原文核对', mark: 'K' };
const pressure = [
  { id: 'systolic', type: 'quantity', text: both('收缩压', 'Systolic pressure'), unit: 'mm[Hg]', required: true, minimum: 50, maximum: 300, history: 3, observation: { system: loinc, code: '8480-6' } },
  { id: 'diastolic', type: 'quantity', text: both('舒张压', 'Diastolic pressure'), unit: 'mm[Hg]', required: true, minimum: 30, maximum: 200, history: 3, observation: { system: loinc, code: '8462-4' } },
];
const nextDate = { id: 'next-date', type: 'date', text: both('下次随访日期', 'Next visit') };
const adherence = { id: 'adherence', type: 'choice', text: both('服药', 'Takes medicine'), keep: true, options: [option('1', '规律', 'Regularly'), option('2', '间断', 'Now and then'), option('3', '不服药', 'Not at all')] };
const classification = { id: 'classification', type: 'choice', text: both('此次随访分类', 'Classification of this visit'), required: true, keep: true,
  options: [option('1', '控制满意', 'Controlled'), option('2', '控制不满意', 'Not controlled'), option('3', '不良反应', 'Adverse reaction'), option('4', '并发症', 'Complication')] };

export const forms = {
  'hypertension-follow-up': {
    id: 'hypertension-follow-up', title: both('高血压随访', 'Hypertension follow-up'), edition: '2026.1', sources: [source],
    items: [...pressure,
      { id: 'heart-rate', type: 'quantity', text: both('心率', 'Heart rate'), unit: '/min', minimum: 20, maximum: 250, history: 3, observation: { system: loinc, code: '8867-4' } },
      { id: 'symptoms', type: 'choices', text: both('症状', 'Symptoms'), keep: true, options: [option('1', '无症状', 'None', { exclusive: true }), option('2', '头痛头晕', 'Headache or dizziness'), option('6', '心悸胸闷', 'Palpitation or tight chest'), option('9', '下肢水肿', 'Swollen legs')] },
      { id: 'weight', type: 'quantity', text: both('体重', 'Weight'), unit: 'kg', minimum: 20, maximum: 250 },
      { id: 'smoking', type: 'choice', text: both('吸烟', 'Smoking'), options: [option('1', '从不', 'Never'), option('2', '已戒', 'Given up'), option('3', '吸', 'Smokes')] },
      adherence,
      { id: 'adverse-reaction', type: 'boolean', text: both('药物不良反应', 'Adverse reaction to medicine'), keep: true },
      { id: 'adverse-reaction-text', type: 'text', text: both('是什么不良反应', 'Which reaction'), show_when: { item: 'adverse-reaction', equals: 'true' } },
      { id: 'medicines', type: 'text', text: both('用药（名称、剂量、次数）', 'Medicines (name, dose, times)'), keep: true },
      { ...classification, text: both('此次高血压分类', 'Classification: hypertension'), id: 'classification' }, nextDate],
    dangers: [{ id: 'very-high', any: [{ item: 'systolic', at_least: 180 }, { item: 'diastolic', at_least: 110 }], text: both('血压≥180/110，应立即评估并转诊', 'Blood pressure ≥ 180/110: assess at once and refer'), refer: { urgency: 'urgent', criterion: 'hypertension/very-high' } }],
    next: [{ any: [{ item: 'systolic', at_least: 140 }, { item: 'diastolic', at_least: 90 }, { item: 'classification', equals: '2' }], days: 14 }, { days: 90 }],
  },
  'diabetes-follow-up': {
    id: 'diabetes-follow-up', title: both('糖尿病随访', 'Diabetes follow-up'), edition: '2026.1', sources: [source],
    items: [...pressure,
      { id: 'glucose', type: 'quantity', text: both('空腹血糖', 'Fasting glucose'), unit: 'mmol/L', required: true, minimum: 1, maximum: 50, history: 3, observation: { system: loinc, code: '14771-0' } },
      { id: 'foot', type: 'choice', text: both('足背动脉搏动', 'Pulse of the foot'), keep: true, options: [option('1', '正常', 'Normal'), option('2', '减弱', 'Weak'), option('3', '消失', 'None')] },
      adherence,
      { ...classification, id: 'classification', text: both('此次糖尿病分类', 'Classification: diabetes') }, nextDate],
    dangers: [{ id: 'glucose', any: [{ item: 'glucose', at_least: 16.7 }, { item: 'glucose', at_most: 3.9 }], text: both('血糖≥16.7或≤3.9，应立即处理并转诊', 'Glucose ≥ 16.7 or ≤ 3.9: treat at once and refer'), refer: { urgency: 'urgent', criterion: 'diabetes/glucose-danger' } }],
    next: [{ any: [{ item: 'glucose', at_least: 7 }], days: 14 }, { days: 90 }],
  },
};

const pathways = [
  ['hypertension', 10, '高血压', 'Hypertension', [['managed', '规范管理', 'Managed', 'treat'], ['stable', '稳定', 'Stable', 'rehabilitate']]],
  ['diabetes', 20, '2型糖尿病', 'Type 2 diabetes', [['managed', '规范管理', 'Managed', 'treat'], ['stable', '稳定', 'Stable', 'rehabilitate']]],
  ['lung', 30, '肺癌', 'Lung cancer', [['risk', '风险评估', 'Risk', 'prevent'], ['screening', '低剂量CT筛查', 'Screening CT', 'screen'], ['diagnosis', '确诊分期', 'Diagnosis', 'diagnose'], ['treatment', '治疗', 'Treatment', 'treat'], ['follow-up', '康复随访', 'Follow-up', 'rehabilitate']]],
].map(([id, order, zh, en, stages]) => ({
  id, order, kind: id === 'lung' ? 'tumour' : 'chronic', title: both(zh, en), edition: '2026.1', sources: [source],
  enrol: 'by-hand',
  exits: [['death', '死亡', 'Died'], ['lost', '失访', 'Lost to follow-up'], ...(id === 'lung' ? [['benign', '排除肺癌', 'No cancer', false]] : []), ['moved-away', '迁出', 'Moved away'], ['declined', '本人或家属拒绝', 'Declined'], ['excluded', '不符合或已排除', 'Excluded']]
    .map(([exit, a, b, byHand = true]) => ({ id: exit, name: both(a, b), byHand })),
  stages: stages.map(([stage, a, b, course]) => ({ id: stage, name: both(a, b), course, steps: [] })),
}));

// Who owns the steps of a programme: above it, its doctors, steps due and overdue.
const owners = [
  ['T1', 'H1', '青石镇卫生院', '云岭县人民医院', ['唐医生', '丁医生', '罗医生', '冯医生', '袁医生'], 74, 6], ['V1', 'T1', '上河村卫生室', '青石镇卫生院', ['何医生', '钱医生'], 212, 61], ['V2', 'T1', '下河村卫生室', '青石镇卫生院', ['许医生'], 148, 12],
  ['V3', 'T1', '石桥村卫生室', '青石镇卫生院', [], 90, 9], ['V4', 'T2', '柳树湾村卫生室', '柳溪镇卫生院', ['沈医生'], 305, 18], ['V5', 'T2', '东沟村卫生室', '柳溪镇卫生院', ['韩医生'], 190, 0],
  ['V6', 'T3', '马岭村卫生室', '马岭乡卫生院', ['魏医生'], 402, 96], ['T4', 'H1', '东坪镇中心卫生院', '云岭县人民医院', ['蒋医生'], 918, 64], ['H1', '', '云岭县人民医院', '', ['林主任'], 22, 0],
].map(([organization, above, name, aboveName, practitioners, due, overdue]) => ({ organization, name, above, aboveName, practitioners, due, overdue }));

const flow = (from, to, people) => ({ from, to, people });
const programmes = {
  hypertension: {
    pool: { screened: 3980, target: 4310, enrolled: 3466, exited: 122 }, counts: [2518, 948], overdue: [214, 52], median: [180, 420], measures: ['hypertension-controlled-share', 'hypertension-standard-management-share', 'hypertension-lost-share', 'hypertension-under-care'],
    flows: [flow('managed', 'stable', 948), flow('managed', 'exit:death', 41), flow('managed', 'exit:moved-away', 38), flow('managed', 'exit:lost', 27), flow('stable', 'exit:death', 16)],
  },
  diabetes: { pool: { screened: 0, target: 1204, enrolled: 1010, exited: 0 }, counts: [1010, 0], overdue: [0, 0], median: [150, null], measures: [], flows: [] },
  lung: {
    pool: { screened: 2240, target: 3120, enrolled: 737, exited: 1338 }, counts: [312, 290, 46, 31, 58], overdue: [34, 32, 5, 3, 0], median: [9, 21, 12, 45, 180], measures: ['hypertension-under-care'],
    flows: [
      flow('risk', 'screening', 1802), flow('risk', 'exit:lost', 96), flow('risk', 'exit:by phone', 4), flow('screening', 'diagnosis', 198), flow('screening', 'exit:benign', 1114), flow('screening', 'exit:lost', 88),
      flow('diagnosis', 'treatment', 122), flow('diagnosis', 'exit:benign', 26), flow('treatment', 'follow-up', 74), flow('treatment', 'exit:death', 7), flow('follow-up', 'exit:death', 3),
    ],
  },
};

// name, sex, born, village, phone, programmes, overdue (negative: in so many days), systolic history, glucose history
const people = [
  ['张秀芳', 'female', '1956-03-12', '青石镇上河村', '13800001101', ['hypertension'], 23, [152, 148, 160]],
  ['李国栋', 'male', '1949-11-02', '青石镇上河村', '13800001102', ['hypertension', 'diabetes'], 6, [146, 150, 144], [8.4, 7.9, 9.1]],
  ['王桂兰', 'female', '1961-07-25', '青石镇下河村', '13800001103', ['diabetes'], 2, [], [7.2, 6.9, 7.4]],
  ['陈大山', 'male', '1953-01-30', '青石镇石桥村', '', ['hypertension'], 0, [138, 136, 142]],
  ['赵玉梅', 'female', '1964-09-08', '青石镇上河村', '13800001105', ['hypertension', 'diabetes'], 0, [134, 130, 138], [6.8, 7.0, 7.1]],
  ['刘长福', 'male', '1947-05-17', '青石镇下河村', '13800001106', ['hypertension'], 0, [156, 162, 158]],
  ['孙凤英', 'female', '1958-12-21', '青石镇石桥村', '13800001107', ['hypertension'], -1, [132, 128]],
  ['周德明', 'male', '1951-02-14', '青石镇上河村', '13800001108', ['diabetes'], -3, [], [6.5, 6.7]],
  ['吴春生', 'male', '1955-08-03', '青石镇下河村', '13800001109', ['lung', 'hypertension'], 0, [140, 138, 136]],
].map(([name, gender, birthDate, address, phone, programmes, overdue, systolic, glucose = []], index) => ({
  overdue, programmes, systolic, glucose, returned: index === 8,
  patient: {
    id: `p${index + 1}`, name, gender, birthDate, age: new Date().getFullYear() - Number(birthDate.slice(0, 4)), phone, idNumber: `**************${1100 + index}`, organization: 'T1',
    organizationName: '青石镇卫生院', address,
  },
}));
const initials = { 张秀芳: 'zxf', 李国栋: 'lgd', 王桂兰: 'wgl', 陈大山: 'cds', 赵玉梅: 'zym', 刘长福: 'lcf', 孙凤英: 'sfy', 周德明: 'zdm', 吴春生: 'wcs' };

const rules = {
  rules: [
    ['hypertension/very-high', 'hypertension', '高血压', 'Hypertension', '血压≥180/110 mmHg，处理后不降', 'Pressure ≥ 180/110 mmHg, not lower after treatment', 'urgent', 'K', 'up', ['cardiology']],
    ['hypertension/emergency', 'hypertension', '高血压', 'Hypertension', '意识改变、剧烈头痛呕吐、言语障碍或肢体瘫痪、持续胸背痛', 'Change of consciousness, severe headache, trouble of speech or palsy, lasting chest pain', 'emergency', 'read', 'up', ['emergency']],
    ['hypertension/uncontrolled-twice', 'hypertension', '高血压', 'Hypertension', '连续两次随访血压不达标', 'Not at target at two visits in a row', 'routine', 'read', 'up', ['cardiology']],
    ['diabetes/glucose-danger', 'diabetes', '2型糖尿病', 'Type 2 diabetes', '血糖≥16.7或≤3.9 mmol/L，处理后仍异常', 'Glucose ≥ 16.7 or ≤ 3.9 mmol/L, still so after treatment', 'urgent', 'K', 'up', ['endocrinology']],
    ['hypertension/stable', 'hypertension', '高血压', 'Hypertension', '诊断明确、方案确定、血压稳定', 'Diagnosis and plan clear, pressure stable', 'routine', 'read', 'down', []],
  ].map(([id, group, zh, en, a, b, urgency, mark, direction, services]) => ({ id, group, groupName: both(zh, en), text: both(a, b), urgency, mark, direction, services })),
  urgencies: [['emergency', '急诊', 'Emergency', 30], ['urgent', '加急', 'Urgent', 240], ['routine', '常规', 'Routine', 1440]].map(([id, zh, en, answerMinutes]) => ({ id, name: both(zh, en), answerMinutes })),
  reasons: {
    decline: [['no-bed', '暂无床位', 'No bed'], ['not-our-field', '不属本院诊疗范围', 'Not our field'], ['incomplete', '资料不全', 'Records incomplete']].map(([id, zh, en]) => ({ id, text: both(zh, en) })),
    withdraw: [['patient-declines', '患者不去', 'The patient will not go'], ['solved', '已解决', 'Solved']].map(([id, zh, en]) => ({ id, text: both(zh, en) })),
    notTakenOver: [['moved', '患者不在本地', 'Does not live here'], ['no-medicine', '没有所需药品', 'Lacks the medicine']].map(([id, zh, en]) => ({ id, text: both(zh, en) })),
  },
};
const stateNames = { draft: both('草稿', 'Draft'), sent: both('待接收', 'Sent'), accepted: both('已接收', 'Accepted'), declined: both('未接收', 'Declined'), arrived: both('已到诊', 'Arrived'), 'result-returned': both('已回传结果', 'Result returned'), 'sent-down': both('已下转', 'Sent down'), 'taken-over': both('已接管', 'Taken over'), closed: both('已结案', 'Closed'), withdrawn: both('已撤回', 'Withdrawn'), open: both('进行中', 'Under way'), concluded: both('已有结论', 'Concluded'), invited: both('待答复', 'Invited'), opined: both('已有意见', 'Opinion given') };
const moves = { accept: ['sent', 'accepted'], decline: ['sent', 'declined'], arrive: ['accepted', 'arrived'], 'return-result': ['arrived', 'result-returned'], 'send-down': ['result-returned', 'sent-down'], 'take-over': ['sent-down', 'taken-over'], close: ['taken-over', 'closed'], send: ['draft', 'sent'], withdraw: ['sent', 'withdrawn'] };
const receiverNames = { H1: '云岭县人民医院', H2: '云岭县中医院', C1: '宁川市第一人民医院', T1: '青石镇卫生院' };
const sideOf = { accept: 'to', decline: 'to', arrive: 'to', interim: 'to', 'return-result': 'to', 'send-down': 'to', 'take-over': 'from', close: 'from', send: 'from', withdraw: 'from' };

export function makeCare({ Refusal, notFound, forbidden }) {
  const shifted = (list) => list.map((value, index) => ({ on: dayOn(-90 * (index + 1) - 3), value }));
  const state = { visits: new Map(), added: new Map(), done: new Map(), referrals: [], byKey: new Map(), documents: new Map(), reads: [], notices: [], consultations: [], unmasked: [] };
  const tasks = people.flatMap(({ patient, programmes, overdue }) => programmes.filter((each) => forms[`${each}-follow-up`] || each === 'lung').map((programme) => {
    const pathway = pathways.find((each) => each.id === programme);
    const due = dayOn(overdue > 0 ? -overdue - 14 : -overdue);
    return {
      patient: patient.id, task: `step-${patient.id}-${programme}`, version: '1', pathway: programme, pathwayTitle: pathway.title, step: 'follow-up',
      name: programme === 'lung' ? both('接管下转患者', 'Take over from the county') : both('随访', 'Follow-up'), form: programme === 'lung' ? null : `${programme}-follow-up`, activity: programme === 'lung' ? 'message' : null,
      due, windowStart: dayOn(-overdue - 7), windowEnd: overdue > 0 ? dayOn(-overdue) : dayOn(-overdue + 14), status: 'ready', escalatedTo: overdue > 20 ? 'township' : null, who: ['village', 'township'],
    };
  }));
  // What waits for a consultation stands in the record, not in the list of a township.
  const board = {
    patient: 'p9', task: 'step-p9-board', version: '1', pathway: 'lung', pathwayTitle: pathways[2].title, step: 'board', name: both('复发多学科讨论', 'Board on recurrence'), form: null, activity: 'consultation',
    due: dayOn(6), windowStart: dayOn(-4), windowEnd: dayOn(10), status: 'ready', escalatedTo: null, who: ['county'],
  };
  const step = ({ patient, ...rest }) => rest;
  const ofPatient = (id) => people.find((each) => each.patient.id === id) ?? [...state.added.values()].find((each) => each.patient.id === id);
  const last = (person) => [
    ...(person.systolic.length ? [{ code: '8480-6', name: both('收缩压', 'Systolic'), unit: 'mm[Hg]', value: person.systolic[0], on: dayOn(-93) }] : []),
    ...(person.glucose.length ? [{ code: '14771-0', name: both('空腹血糖', 'Glucose'), unit: 'mmol/L', value: person.glucose[0], on: dayOn(-93) }] : []),
  ];
  const clinician = (user) => {
    if (user.role !== 'clinician') throw forbidden();
  };
  const enrolments = makeEnrolments({ pathways, people: () => [...people, ...state.added.values()], personOf: ofPatient, dayOn, clinician, Refusal, notFound });
  state.enrolments = enrolments.changes;
  const isOpen = (each) => !state.done.has(each.task) && !enrolments.isOver(each.patient, each.pathway);

  function makeReferral(id, person, more) {
    return {
      id, version: 1, direction: 'up', urgency: 'routine', type: 'outpatient', state: 'sent', patient: person.patient, from: { organization: 'T1', name: '青石镇卫生院', practitioner: '何医生', phone: '0990-1234' },
      to: { organization: 'H1', name: '云岭县人民医院', department: '心内科' }, criterion: 'hypertension/uncontrolled-twice', criterionText: rules.rules[2].text, criterionMark: rules.rules[2].mark, reason: '两次随访血压均在 150 以上，已加量。',
      summary: '既往：高血压 8 年\n近期：收缩压 152 mmHg，舒张压 96 mmHg\n用药：氨氯地平 5 mg 每日一次', sentAt: at(-3), answerBy: at(21), overdue: false, slot: null,
      history: [{ at: at(-3), who: '何医生', verb: 'send', state: 'sent', stateName: stateNames.sent, note: '' }], results: [], plan: null, attachments: [{ reference: 'DocumentReference/d1', title: both('心电图 2026-11-20', 'ECG 20 Nov 2026') }], ...more,
    };
  }
  state.referrals.push(
    makeReferral('r1', people[0], {}),
    makeReferral('r2', people[5], { urgency: 'emergency', criterion: 'hypertension/emergency', criterionText: rules.rules[1].text, reason: '今晨突发言语不清，右侧肢体无力 1 小时。', sentAt: at(-0.2), answerBy: at(0.3) }),
    makeReferral('r3', people[2], { urgency: 'urgent', criterion: 'diabetes/glucose-danger', criterionText: rules.rules[3].text, reason: '空腹血糖 17.8，口渴多尿 3 天。', sentAt: at(-5), answerBy: at(-1), overdue: true }),
    makeReferral('r4', people[4], { state: 'arrived', sentAt: at(-40) }),
    makeReferral('r5', people[8], { state: 'sent-down', direction: 'up', sentAt: at(-200), criterion: '', criterionText: null, reason: '低剂量CT：右上肺实性结节 16 mm', results: [{ title: both('出院小结', 'Discharge summary'), text: '右上肺腺癌 T1cN0M0，胸腔镜右上叶切除，恢复良好。' }], plan: { pathway: 'lung', text: '术后 3 个月复查胸部CT；观察切口和呼吸功能；继续降压治疗。', nextDate: dayOn(30) } }),
    // What a step of the pathway proposed: nobody has chosen a receiver or asked the patient.
    makeReferral('r6', people[6], {
      state: 'draft', sentAt: null, answerBy: null, from: { organization: 'T1', name: '青石镇卫生院', practitioner: '' }, to: { organization: '', name: '' }, reason: rules.rules[2].text.zh, summary: '',
      history: [{ at: at(-26), who: 'system', verb: 'propose', state: 'draft', stateName: stateNames.draft, note: '路径步骤建议，尚未转出 / proposed by a step of the pathway, not sent yet' }],
    }),
  );
  const consultation = {
    id: 'c1', version: 1, kind: 'written', mode: 'mdt', state: 'open', urgency: 'urgent', patient: people[8].patient, question: '右上肺结节 16 mm，边缘毛刺，合并高血压、肺功能轻度下降。请各科会诊：是否手术，术式，术前准备。',
    from: { organization: 'H1', name: '云岭县人民医院', practitioner: '林主任' }, scheduledAt: null, meeting: null, sentAt: at(-30),
    invited: [{ organization: 'C3', name: '宁川市肿瘤医院', practitioner: '', state: 'opined' }, { organization: 'C1', name: '宁川市第一人民医院', practitioner: '', state: 'opined' }, { organization: 'H2', name: '云岭县中医院', practitioner: '', state: 'invited' }],
    opinions: [
      { at: at(-20), who: '郑教授', organizationName: '宁川市肿瘤医院', diagnosis: '右上肺周围型肺癌可能性大', advice: '建议 PET-CT 排除转移后行胸腔镜右上叶切除加淋巴结清扫。', transfer: false, signed: { at: at(-20), who: '郑教授', sha256: 'a3'.repeat(32) } },
      { at: at(-16), who: '马主任', organizationName: '宁川市第一人民医院', diagnosis: '同意', advice: '术前肺功能锻炼两周；血压控制在 140/90 以下再手术。', transfer: false, signed: { at: at(-16), who: '马主任', sha256: '5c'.repeat(32) } },
    ],
    conclusion: null, attachments: [{ reference: 'ImagingStudy/i1', title: both('胸部低剂量CT', 'Low-dose chest CT') }],
  };
  state.consultations.push(consultation, {
    ...consultation, id: 'c2', kind: 'scheduled', urgency: 'routine', question: '术后第 3 次化疗前评估：血小板 86，是否减量。', scheduledAt: at(20), meeting: 'https://meet.example.cn/j/8613920 密码 4471', sentAt: at(-2),
    invited: [{ organization: 'C3', name: '宁川市肿瘤医院', practitioner: '', state: 'invited' }], mode: 'single', opinions: [], attachments: [],
  });
  state.notices.push(
    { id: 'n1', at: at(-0.2), kind: 'referral-sent', title: both('急诊转诊待接收', 'Emergency referral waits for an answer'), about: { type: 'referral', id: 'r2' }, patient: { id: 'p6', name: '刘长福' }, read: false },
    { id: 'n2', at: at(-1), kind: 'referral-overdue', title: both('转诊答复超时', 'The answer to a referral is late'), about: { type: 'referral', id: 'r3' }, patient: { id: 'p3', name: '王桂兰' }, read: false },
    { id: 'n3', at: at(-30), kind: 'consultation', title: both('会诊有新意见', 'A new opinion'), about: { type: 'consultation', id: 'c1' }, patient: { id: 'p9', name: '吴春生' }, read: true },
    { id: 'n4', at: at(-26), kind: 'referral:propose', to: 'T1', title: both('路径建议转诊：孙凤英（连续两次随访血压不达标）', 'The pathway proposes a referral: 孙凤英 (Not at target at two visits in a row)'), about: { type: 'referral', id: 'r6' }, patient: { id: 'p7', name: '孙凤英' }, read: false },
  );

  const isOurs = (user, party) => user.organizations.includes(party.organization) || (user.organizations.includes('V1') && party.organization === 'T1');
  // Read by each for himself; one that names a person is his.
  const noticesOf = (user) => state.notices.filter((each) => isOurs(user, { organization: each.to ?? 'H1' }) && (each.person ?? user.user) === user.user)
    .map(({ person, readers = [], ...each }) => ({ ...each, read: each.read || readers.includes(user.user) }));
  const older = [
    { reference: 'DocumentReference/d1', title: both('心电图', 'ECG'), on: dayOn(-40), institutionName: '青石镇卫生院' },
    { reference: 'DocumentReference/d2', title: both('出院小结', 'Discharge summary'), on: dayOn(-13), institutionName: '云岭县人民医院', contentType: 'application/pdf' },
    { reference: 'ImagingStudy/i1', title: both('胸部CT', 'Chest CT'), on: dayOn(-70), institutionName: '云岭县人民医院' },
  ];
  const documentOf = ({ id, title, contentType }) => ({ reference: `DocumentReference/${id}`, title: both(title, title), on: dayOn(0), contentType, institutionName: '青石镇卫生院' });
  const attached = (reference) => {
    const known = state.documents.get(reference.slice(reference.indexOf('/') + 1));
    return known ? documentOf(known) : older.find((each) => each.reference === reference) ?? { reference, title: reference, contentType: null };
  };
  const show = (user, referral) => ({
    ...referral, stateName: stateNames[referral.state],
    may: Object.keys(sideOf).filter((verb) => isOurs(user, referral[sideOf[verb]]) && (verb === 'interim' ? ['accepted', 'arrived'].includes(referral.state) : moves[verb][0] === referral.state || (verb === 'withdraw' && referral.state === 'draft'))),
  });
  const referralOf = (id) => {
    const found = state.referrals.find((each) => each.id === id);
    if (!found) throw notFound();
    return found;
  };
  const consultationOf = (id) => {
    const found = state.consultations.find((each) => each.id === id);
    if (!found) throw notFound();
    return found;
  };
  const showConsultation = (user, one) => ({
    ...one, stateName: stateNames[one.state], invited: one.invited.map((each) => ({ ...each, stateName: stateNames[each.state] })),
    may: user.organizations.includes('H1') && one.state === 'open' ? ['opine', 'conclude', 'withdraw'] : [],
  });

  const routes = [
    ['GET', /^\/api\/patients$/, ({ user, search }) => {
      clinician(user);
      const find = (search.get('find') ?? '').toLowerCase();
      const all = [...people, ...state.added.values()];
      return { patients: all.filter(({ patient }) => patient.name.includes(find) || (initials[patient.name] ?? '').startsWith(find) || patient.phone.includes(find) || patient.idNumber.includes(find)).map(({ patient }) => patient) };
    }],
    ['POST', /^\/api\/patients$/, ({ user, body }) => {
      clinician(user);
      const known = state.added.get(body.clientKey);
      if (!known) {
        const id = `p${people.length + state.added.size + 1}`;
        state.added.set(body.clientKey, { programmes: [], systolic: [], glucose: [], patient: { id, name: body.name, gender: body.gender, birthDate: body.birthDate, age: new Date().getFullYear() - Number(body.birthDate.slice(0, 4)), phone: body.phone ?? '', idNumber: body.idNumber ? `**************${body.idNumber.slice(-4)}` : '', organization: 'T1', organizationName: '青石镇卫生院', address: body.address ?? '' } });
      }
      return { status: known ? 200 : 201, json: { id: state.added.get(body.clientKey).patient.id } };
    }],
    ['GET', /^\/api\/patients\/([^/]+)$/, ({ user, match }) => {
      clinician(user);
      const person = ofPatient(match[1]);
      if (!person) throw notFound();
      const own = [...tasks, board].filter((each) => each.patient === match[1] && isOpen(each));
      const readings = [['8480-6', '收缩压', 'Systolic', 'mm[Hg]', person.systolic], ['14771-0', '空腹血糖', 'Fasting glucose', 'mmol/L', person.glucose]].filter(([, , , , list]) => list.length)
        .map(([code, zh, en, unit, list]) => ({ code, name: both(zh, en), unit, points: shifted([...list, list[0] + (unit === 'mmol/L' ? 1.2 : 8), list[0] - (unit === 'mmol/L' ? 0.6 : 5), list[0] + (unit === 'mmol/L' ? 0.3 : 12)]) }));
      const lung = person.programmes.includes('lung');
      return {
        patient: person.patient,
        enrolments: enrolments.of(person),
        steps: own.map(step), problems: person.programmes.map((id) => ({ code: { hypertension: 'I10.x00', diabetes: 'E11.900', lung: 'C34.101' }[id], name: pathways.find((each) => each.id === id).title.zh, since: dayOn(-900), status: 'active' })),
        readings,
        timeline: [
          ...readings[0]?.points.slice(0, 4).map((point) => ({ on: point.on, kind: 'visit', title: both('高血压随访', 'Hypertension follow-up'), course: 'treat', institution: 'V1', institutionName: '上河村卫生室', reference: `QuestionnaireResponse/${point.on}` })) ?? [],
          ...(lung ? [
            { on: dayOn(-12), kind: 'referral', title: both('下转：术后康复', 'Sent down for rehabilitation'), course: 'rehabilitate', institution: 'H1', institutionName: '云岭县人民医院', reference: 'ServiceRequest/r5' },
            { on: dayOn(-30), kind: 'procedure', title: both('胸腔镜右上肺叶切除', 'Thoracoscopic lobectomy'), course: 'treat', institution: 'H1', institutionName: '云岭县人民医院', reference: 'Procedure/1' },
            { on: dayOn(-46), kind: 'consultation', title: both('MDT 会诊（市肿瘤医院参加）', 'MDT with the city'), course: 'diagnose', institution: 'C3', institutionName: '宁川市肿瘤医院', reference: 'ClinicalImpression/1' },
            { on: dayOn(-52), kind: 'report', title: both('病理：腺癌', 'Pathology: adenocarcinoma'), course: 'diagnose', institution: 'H1', institutionName: '云岭县人民医院', reference: 'DiagnosticReport/2' },
            { on: dayOn(-70), kind: 'report', title: both('低剂量CT：右上肺结节 16 mm', 'Low-dose CT: nodule 16 mm'), course: 'screen', institution: 'H1', institutionName: '云岭县人民医院', reference: 'DiagnosticReport/1' },
            { on: dayOn(-85), kind: 'questionnaire', title: both('肺癌风险评估：高危', 'Risk of lung cancer: high'), course: 'prevent', institution: 'T1', institutionName: '青石镇卫生院', reference: 'QuestionnaireResponse/0' },
          ] : [{ on: dayOn(-400), kind: 'encounter', title: both('门诊：诊断高血压', 'Outpatient: diagnosis'), course: 'diagnose', institution: 'H1', institutionName: '云岭县人民医院', reference: 'Encounter/1' }]),
        ],
        documents: [...state.documents.values()].filter((each) => each.patient === match[1]).map(documentOf).reverse().concat(older.filter((each) => lung === (each.reference !== 'DocumentReference/d1'))),
        emergencyUntil: person.emergencyUntil ?? null, emergencies: person.emergencies ?? [],
        access: [{ at: at(-2), who: '何医生', organizationName: '青石镇卫生院' }, { at: at(-50), who: '林主任', organizationName: '县人民医院' }],
      };
    }],
    // The same key is the same document; the first bytes say what it is.
    ['POST', /^\/api\/patients\/([^/]+)\/documents$/, ({ user, match, search, bytes }) => {
      clinician(user);
      if (!ofPatient(match[1])) throw notFound();
      const id = `document-${search.get('key')}`;
      const answer = ({ title, contentType, bytes: { length } }) => ({ reference: `DocumentReference/${id}`, title, contentType, size: length });
      if (state.documents.has(id)) return answer(state.documents.get(id));
      const contentType = { '\xff\xd8\xff': 'image/jpeg', '\x89PN': 'image/png', RIF: 'image/webp', '%PD': 'application/pdf' }[bytes.toString('latin1', 0, 3)];
      if (bytes.length === 0) throw new Refusal(400, 'invalid', 'empty-document', '文件是空的。', 'The file is empty.');
      if (!contentType) throw new Refusal(400, 'invalid', 'bad-document-type', '只收 JPEG、PNG、WebP 图片和 PDF。', 'Only JPEG, PNG and WebP pictures and PDF.');
      if (bytes.length > 10 * 1024 * 1024) throw new Refusal(400, 'invalid', 'too-large', '文件超过 10 MB。', 'The file is larger than 10 MB.');
      state.documents.set(id, { id, patient: match[1], title: search.get('title'), contentType, bytes });
      return { status: 201, json: answer(state.documents.get(id)) };
    }],
    ['GET', /^\/api\/documents\/([^/]+)$/, ({ match }) => {
      const found = state.documents.get(match[1]);
      if (!found) throw notFound();
      return { type: found.contentType, raw: found.bytes, disposition: 'inline' };
    }],
    ['GET', /^\/api\/today$/, ({ user, search }) => {
      clinician(user);
      const open = tasks.filter(isOpen);
      const listed = people.filter(({ patient }) => open.some((each) => each.patient === patient.id));
      return {
        date: dayOn(0), asOf: 812,
        counts: { due: listed.length, overdue: listed.filter((each) => each.overdue > 0).length, returned: listed.filter((each) => each.returned).length, done: 0 },
        people: listed.slice(Number(search.get('offset') ?? 0), Number(search.get('offset') ?? 0) + (state.atOnce ?? 200)).map((person) => ({ patient: person.patient, steps: open.filter((each) => each.patient === person.patient.id).map(step), overdueDays: Math.max(0, person.overdue), returned: person.returned, lastReadings: last(person) })),
      };
    }],
    ['GET', /^\/api\/forms\/([^/]+)$/, ({ user, match, search }) => {
      clinician(user);
      const form = forms[match[1]];
      if (!form) throw notFound();
      const person = ofPatient(search.get('patient'));
      if (!person) throw notFound();
      const step = tasks.find((each) => each.task === search.get('task') && each.patient === person.patient.id);
      const diastolic = person.systolic.map((value) => Math.round(value * 0.62));
      return {
        form, previous: person.systolic.length + person.glucose.length ? { answers: { symptoms: ['1'], adherence: '1', 'adverse-reaction': false, medicines: '氨氯地平 5 mg 每日一次', foot: '1', classification: '1' } } : null,
        readings: { systolic: shifted(person.systolic), diastolic: shifted(diastolic), 'heart-rate': shifted(person.systolic.map((value) => 60 + (value % 20))), glucose: shifted(person.glucose) },
        usualDays: step ? 90 : null, initial: step && form.id === 'hypertension-follow-up' ? { weight: 67.5, smoking: '2', medicines: '卡托普利 25 mg' } : {},
      };
    }],
    ['POST', /^\/api\/visits$/, ({ user, body }) => {
      clinician(user);
      const known = state.visits.get(body.clientKey);
      if (known) return { status: 200, json: known.answer };
      for (const { task, version } of body.tasks) {
        const other = state.done.get(task);
        if (other || tasks.find((each) => each.task === task)?.version !== version) {
          const problem = new Refusal(409, 'conflict', 'changed-meanwhile', '这次随访已由别人完成。', 'Somebody else has done this visit.');
          problem.body.theirs = other && { who: other.who, at: other.at, note: other.body.note, forms: other.body.forms };
          throw problem;
        }
      }
      const answer = { visit: `visit-${state.visits.size + 1}`, completed: body.tasks.map((each) => each.task), next: [], dangers: [], proposals: [] };
      const visit = { answer, body, who: user.name, at: body.at };
      state.visits.set(body.clientKey, visit);
      for (const { task } of body.tasks) state.done.set(task, visit);
      return { status: 201, json: answer };
    }],
    ['POST', /^\/api\/enrolments$/, ({ user, body }) => {
      clinician(user);
      ofPatient(body.patient)?.programmes.push(body.pathway);
      return { status: 201, json: { id: `care-${body.clientKey}` } };
    }],
    ...enrolments.routes,
    ['POST', /^\/api\/patients\/([^/]+)\/unmask$/, ({ match, user, body }) => {
      if (!body.reason) throw new Refusal(400, 'invalid', 'no-reason', '请说明查看的原因', 'say why you have to know');
      const { id, name, phone, address } = people.find((each) => each.patient.id === match[1])?.patient ?? { id: match[1], name: '虚构人', phone: '13800009999', address: '青石镇上河村' };
      state.unmasked.push([user.user, id, body.reason]);
      return { id, name, phone, idNumber: '990101195603120022', address };
    }],
    ['GET', /^\/api\/pathways$/, () => ({ pathways })],
    ['GET', /^\/api\/programmes\/([^/]+)$/, ({ match, search }) => {
      const pathway = pathways.find((each) => each.id === match[1]);
      if (!pathway) throw notFound();
      const organization = search.get('organization');
      const own = owners.filter((each) => !organization || each.organization === organization || each.above === organization);
      const { pool, counts, overdue, median, measures, flows } = programmes[pathway.id];
      const part = (people) => Math.round((people * own.length) / owners.length);
      return {
        asOf: 812, pathway: pathway.id, pool: Object.fromEntries(Object.entries(pool).map(([key, people]) => [key, part(people)])),
        stages: pathway.stages.map(({ id, name, course }, index) => ({ stage: id, name, course, people: part(counts[index]), overdue: part(overdue[index]), medianDays: median[index] })),
        editions: enrolments.editionsOf(pathway, pool.enrolled), flows: flows.map((each) => ({ ...each, people: part(each.people) })), overdueBy: pathway.id === 'diabetes' ? [] : own, measures,
      };
    }],
    ['GET', /^\/api\/programmes\/([^/]+)\/people$/, ({ user, match, search }) => {
      if (user.role === 'viewer') throw forbidden();
      const pathway = pathways.find((each) => each.id === match[1]);
      const pool = search.get('pool');
      const inStage = pathway.stages[match[1] === 'lung' ? 4 : 0];
      const found = people.filter((each) => each.programmes.includes(match[1]) && (!search.get('stage') || search.get('stage') === inStage.id) && (search.get('overdue') !== '1' || each.overdue > 0));
      return {
        people: found.map(({ patient, overdue }) => ({
          patient: user.role === 'clinician' ? patient : { ...patient, name: `${patient.name[0]}**`, phone: '138****1101', address: '青石镇**', masked: true }, stage: pool ? null : inStage.id, stageName: pool ? null : inStage.name, since: dayOn(-500), due: pool ? null : dayOn(overdue > 0 ? -overdue - 14 : -overdue), overdueDays: pool ? 0 : Math.max(0, overdue),
        })),
        complete: [...search.keys()].length > 0,
      };
    }],
    ['GET', /^\/api\/referral-rules$/, ({ user, search }) => {
      clinician(user);
      const direction = search.get('direction') || 'up';
      return { ...rules, rules: rules.rules.filter((each) => each.direction === direction || direction === 'lateral') };
    }],
    ['GET', /^\/api\/receivers$/, ({ user, search }) => {
      clinician(user);
      const down = search.get('direction') === 'down';
      return {
        receivers: (down ? [['T1', '青石镇卫生院', 'township', 2, true, '患者的签约机构', 'Where the patient is enrolled'], ['T2', '柳溪镇卫生院', 'township', 0, false, '邻近', 'Next to it']]
          : [['H1', '云岭县人民医院', 'county', 6, true, '牵头医院，有心内科、急诊；待处理 6 例', 'Lead hospital with cardiology and emergency; 6 waiting'], ['H2', '云岭县中医院', 'county', 2, false, '有心内科；待处理 2 例', 'Has cardiology; 2 waiting'], ['C1', '宁川市第一人民医院', 'city', 0, false, '市级；县内能治时不建议', 'City; not advised where the county can treat']])
          .map(([organization, name, level, openReferrals, suggested, zh, en]) => ({ organization, name, level, distance: level === 'city' ? 'city' : 'lead', openReferrals, services: [], suggested, why: both(zh, en) })),
      };
    }],
    ['POST', /^\/api\/referrals$/, ({ user, body }) => {
      clinician(user);
      if (!state.byKey.has(body.clientKey)) {
        const person = ofPatient(body.patient);
        if (!person) throw notFound();
        if (!body.consent && body.urgency !== 'emergency') throw new Refusal(400, 'invalid', 'no-consent', '须患者或家属同意。', 'The patient has to agree.');
        if (body.direction === 'down' && !body.plan?.text) throw new Refusal(400, 'invalid', 'no-plan', '下转须附后续方案。', 'Who is sent down takes a plan along.');
        const rule = rules.rules.find((each) => each.id === body.criterion);
        const made = makeReferral(`r${state.referrals.length + 1}`, person, {
          direction: body.direction, urgency: body.urgency, criterion: body.criterion, criterionText: rule?.text ?? null, reason: body.reasonText, summary: body.summary, sentAt: at(0), answerBy: at(body.urgency === 'emergency' ? 0.5 : body.urgency === 'urgent' ? 4 : 24),
          to: { organization: body.receiver.organization, name: receiverNames[body.receiver.organization] ?? '', department: body.receiver.department ?? '' },
          history: [{ at: at(0), who: user.name, verb: 'send', state: 'sent', stateName: stateNames.sent, note: '' }], attachments: body.attachments.map(attached), plan: body.plan ?? null,
        });
        state.referrals.push(made);
        state.byKey.set(body.clientKey, made);
        return { status: 201, json: show(user, made) };
      }
      return show(user, state.byKey.get(body.clientKey));
    }],
    ['GET', /^\/api\/referrals$/, ({ user, search }) => {
      const box = search.get('box');
      if (search.get('patient')) return { referrals: state.referrals.filter((each) => each.patient.id === search.get('patient')).map((each) => show(user, each)) };
      if (box === 'review') return { referrals: [], counts: {} };
      const found = state.referrals.filter((each) => isOurs(user, box === 'sent' ? each.from : each.to) && (!search.get('state') || each.state === search.get('state')));
      return { total: found.length, referrals: found.map((each) => show(user, each)), counts: {} };
    }],
    ['GET', /^\/api\/referrals\/([^/]+)$/, ({ user, match }) => show(user, referralOf(match[1]))],
    ['POST', /^\/api\/referrals\/([^/]+)\/([a-z-]+)$/, ({ user, match, body }) => {
      const referral = referralOf(match[1]);
      const verb = match[2];
      if (!show(user, referral).may.includes(verb)) throw forbidden();
      if (body.version !== referral.version) throw new Refusal(409, 'conflict', 'changed-meanwhile', '这条转诊刚被别人改过。', 'Somebody has just changed this referral.');
      if (verb === 'accept' && !body.slot?.start) throw new Refusal(400, 'invalid', 'no-slot', '接收须给出时间。', 'Accepting gives a time.');
      if (verb === 'send') {
        const receiver = body.receiver?.organization;
        if (!receiver) throw new Refusal(400, 'invalid', 'no-receiver', '请选择接收机构。', 'Choose the institution that is to receive the patient.');
        if (!body.consent && referral.urgency !== 'emergency') throw new Refusal(400, 'invalid', 'no-consent', '须患者或家属同意。', 'The patient has to agree.');
        Object.assign(referral, { to: { organization: receiver, name: receiverNames[receiver] ?? '', department: body.receiver.department ?? '' }, sentAt: at(0), answerBy: at(24) });
      }
      if (verb !== 'interim') referral.state = moves[verb][1];
      if (body.slot) referral.slot = body.slot;
      if (body.plan) referral.plan = body.plan;
      if (body.result) referral.results.push({ title: both('诊疗结果', 'Result'), text: body.result.text });
      referral.version++;
      referral.history.push({ at: at(0), who: user.name, verb, state: referral.state, stateName: stateNames[referral.state], note: body.note ?? '', reason: body.reason });
      return show(user, referral);
    }],
    ['POST', /^\/api\/consultations$/, ({ user, body }) => {
      clinician(user);
      const belongs = body.about && enrolments.of(ofPatient(body.patient)).find((each) => body.about === `EpisodeOfCare/${each.id}` || (body.about === `Task/${board.task}` && each.pathway === board.pathway));
      if (body.about && !belongs) throw new Refusal(400, 'invalid', 'bad-about', '不是该患者的路径步骤或入组记录。', 'No step and no enrolment of this patient.');
      const made = {
        ...consultation, ...body, about: belongs ? { step: body.about.startsWith('Task/') ? board.task : '', enrolment: belongs.id, pathway: belongs.pathway, title: belongs.title } : null, id: `c${state.consultations.length + 1}`, version: 1, patient: ofPatient(body.patient).patient, from: { organization: user.organizations[0], name: '云岭县人民医院', practitioner: user.name },
        invited: body.invited.map(({ organization }) => ({ organization, name: organizations.find((each) => each.code === organization)?.name ?? organization, state: 'invited' })), scheduledAt: body.scheduledAt ?? null,
        meeting: body.meeting ?? null, sentAt: at(0), opinions: [], attachments: body.attachments.map(attached),
      };
      state.consultations.push(made);
      return { status: 201, json: showConsultation(user, made) };
    }],
    ['GET', /^\/api\/consultations$/, ({ user, search }) => ({
      consultations: user.organizations.includes('H1') === (search.get('box') !== 'sent') && !user.organizations.includes('V1') ? state.consultations.map((each) => showConsultation(user, each)) : [],
    })],
    ['GET', /^\/api\/consultations\/([^/]+)$/, ({ user, match }) => showConsultation(user, consultationOf(match[1]))],
    ['POST', /^\/api\/consultations\/([^/]+)\/([a-z-]+)$/, ({ user, match, body }) => {
      const one = consultationOf(match[1]);
      if (match[2] === 'opine') one.opinions.push({ at: at(0), who: user.name, organizationName: '云岭县人民医院', ...body.opinion, signed: { at: at(0), who: user.name, sha256: '7e'.repeat(32) } });
      if (match[2] === 'conclude' && one.about?.step) state.done.set(one.about.step, { who: user.name, at: at(0), body });
      if (match[2] === 'conclude') Object.assign(one, { conclusion: { at: at(0), who: user.name, text: body.text, signed: { at: at(0), who: user.name, sha256: '9b'.repeat(32) } }, state: 'concluded' });
      one.version++;
      return showConsultation(user, one);
    }],
    ['GET', /^\/api\/inbox$/, ({ user }) => ({ unread: noticesOf(user).filter((each) => !each.read).length, notices: noticesOf(user) })],
    ['POST', /^\/api\/notices\/([^/]+)\/read$/, ({ match, user }) => {
      const notice = state.notices.find((each) => each.id === match[1]);
      if (!notice) throw notFound();
      (notice.readers ??= []).push(user.user);
      return {};
    }],
    ['GET', /^\/api\/work$/, ({ user }) => ({
      referralsReceived: state.referrals.filter((each) => each.state === 'sent' && isOurs(user, each.to)).length, referralsToReview: 0, drafts: state.referrals.filter((each) => each.state === 'draft' && isOurs(user, each.from)).length, consultations: user.organizations.includes('H1') ? state.consultations.filter((each) => each.state === 'open').length : 0,
      notices: noticesOf(user).filter((each) => !each.read).length, due: 4, overdue: 3,
    })],
  ];
  return { routes, state };
}
