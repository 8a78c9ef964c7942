// Gaps and actions of the invented county.
import { both, casesOf, definitions, diseaseGroups, evaluate, nameOfDestination, nameOfGroup, organizations, county, trendOf } from './mock-data.mjs';

export const actionTypes = [
  ['send-for-training', '派人进修', 'Send for training', '选派骨干到上级医院进修 3–12 个月，学成带回一项技术。', 'A doctor learns a technique at a higher hospital for 3–12 months and brings it home.', 180, '该病种外转减少', 'fewer leave with this disease'],
  ['ask-expert', '请专家驻点', 'Ask for an expert', '请上级医院专家定期坐诊、带教手术。', 'An expert of a higher hospital comes regularly, operates and teaches.', 90, '三个月内开展首批病例', 'first cases within three months'],
  ['build-centre', '建设临床中心', 'Build a centre', '按建设指南配齐人员、设备和流程。', 'Staff, equipment and pathways by the building guide.', 365, '外流率明显下降', 'the share that leaves falls clearly'],
  ['start-screening', '启动筛查', 'Start a screening', '在乡镇开展高危人群筛查，早诊早治。', 'Screening of people at risk in the townships.', 270, '早期比例上升', 'more are found early'],
].map(([id, zh, en, dzh, den, usualDays, ezh, een]) => ({
  id, name: both(zh, en), description: both(dzh, den), usualDays, expected: both(ezh, een),
  sources: [{ title: both('千县工程工作方案', 'Plan of the thousand-county programme'), reference: '2021', mark: 'K' }],
}));

const point = (measure, period, filters) => ({ period, ...evaluate(measure, casesOf(measure, { period, ...filters })) });

function makeGap(number, measure, subject, state, opened, diseaseGroup = '') {
  const definition = definitions.find((each) => each.id === measure);
  const hospital = definition.subject === 'hospital';
  const filters = { org: hospital ? subject : undefined, diseaseGroup: diseaseGroup || undefined };
  const counts = definition.kind === 'ratio';
  const short = casesOf(measure, { period: '2025-10..2025-12', ...filters, judgement: counts ? 'not_met' : undefined });
  const groups = new Map();
  for (const each of short) {
    const key = `${each.row.group}|${hospital ? '' : each.row.destination}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const carriers = [...groups].map(([key, cases]) => {
    const [group, destination] = key.split('|');
    return {
      diseaseGroup: group, diseaseGroupName: nameOfGroup(group), destination, destinationName: destination ? nameOfDestination(destination) : both('', ''),
      cases: counts ? cases.length : 0, amount: cases.reduce((sum, each) => sum + each.row.amount, 0).toFixed(2), share: (cases.length / short.length).toFixed(4),
    };
  }).sort((a, b) => Number(b.share) - Number(a.share)).slice(0, 8);
  const latest = point(measure, '2025-10..2025-12', filters);
  const target = definition.target.value;
  return {
    id: `gap-${number}`, version: 3, state, measure, measureName: definition.name, subject, subjectName: organizations.find((each) => each.code === subject)?.name ?? county.name,
    diseaseGroup, diseaseGroupName: diseaseGroup ? nameOfGroup(diseaseGroup) : both('', ''),
    summary: both(`最近三个月${definition.name.zh}低于目标，主要由${carriers[0]?.diseaseGroupName.zh ?? '其他'}造成。`, `${definition.name.en} was off its target in the last three months, mostly because of ${carriers[0]?.diseaseGroupName.en ?? 'others'}.`),
    owner: hospital ? 'hospital-manager' : 'county-director', openedOn: opened, closedOn: state === 'closed' ? '2025-09-30' : null, target, edition: '2025.1',
    definitionHash: '3f9a1c55d0e27b8846aa', baseline: point(measure, `${opened.slice(0, 7)}`, filters), latest,
    severity: Math.round(Math.abs(Number(target) - Number(latest.value)) * Number(latest.denominator) * 10) / 10,
    trend: trendOf(measure, '2025', filters), carriers, actions: [], comparison: null,
  };
}

export function makeGaps() {
  const gaps = [
    makeGap(1, 'inpatient-in-county-share', county.code, 'open', '2025-04-01'),
    makeGap(2, 'fund-in-county-share', county.code, 'acting', '2024-05-01'),
    makeGap(3, 'surgical-discharge-share', 'H2', 'open', '2025-07-01'),
    makeGap(4, 'level-3-4-operation-share', 'H1', 'open', '2025-08-01'),
    makeGap(5, 'inpatient-in-county-share', county.code, 'acting', '2024-03-01', 'coronary'),
    makeGap(6, 'average-length-of-stay', 'H3', 'closed', '2024-11-01'),
  ];
  const comparison = {
    before: point('inpatient-in-county-share', '2024-01..2024-06', { diseaseGroup: 'coronary' }), after: point('inpatient-in-county-share', '2025-01..2025-06', { diseaseGroup: 'coronary' }),
    change: '0.198', changeLow: '0.121', changeHigh: '0.275', comparableChange: '0.006', comparableUnits: 6,
    comparable: diseaseGroups.slice(4, 10).map((group, index) => ({ name: group.name, change: (0.02 - index * 0.006).toFixed(3) })),
    effect: '0.192', effectLow: '0.108', effectHigh: '0.276', verdict: 'worked', why: both('改善超过可比单位，95% 区间不含零', 'improved more than comparable units; the 95 % interval excludes zero'),
  };
  gaps[4].comparison = comparison;
  gaps[4].actions.push(makeAction(gaps[4], { type: 'build-centre', owner: '心内科 李主任', dueOn: '2025-06-30', expectedValue: '0.75', note: '胸痛中心 2024 年 7 月运行' }, 1, 'completed', '2024-07-01', comparison));
  gaps[1].actions.push(makeAction(gaps[1], { type: 'ask-expert', owner: '医务科 周科长', dueOn: '2025-10-31', expectedValue: '0.72', note: '肿瘤科每周二专家驻点' }, 1, 'in-progress', '2025-05-06', {
    ...comparison, change: '0.012', changeLow: '-0.011', changeHigh: '0.035', comparableChange: '0.004', effect: '0.008', effectLow: '-0.019', effectHigh: '0.035', verdict: 'cannot-tell', why: both('差别在偶然范围内', 'the difference is within chance'),
  }));
  gaps[1].actions[0].overdue = true;
  return gaps;
}

export function makeAction(gap, request, number, status, startedOn, comparison = null) {
  const type = actionTypes.find((each) => each.id === request.type);
  return {
    id: `action-${gap.id}-${number}`, version: 1, gapId: gap.id, type: type.id, typeName: type.name, status, owner: request.owner, note: request.note ?? '', dueOn: request.dueOn,
    expectedValue: request.expectedValue || null, startedOn: startedOn || null, finishedOn: status === 'completed' ? request.dueOn : null, approvedBy: 'director', overdue: false,
    diseaseGroup: request.diseaseGroup ?? '', diseaseGroupName: request.diseaseGroup ? nameOfGroup(request.diseaseGroup) : both('', ''),
    history: [{ at: '2024-06-20T09:12:00+08:00', status: 'accepted', who: 'director', note: request.note ?? '' }], comparison,
  };
}
