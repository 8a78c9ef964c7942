// An invented little county for looking at the pages without the real server: settlements and hospital stays from a seed, and
// measures counted over them, in the shapes of docs/formats/api.md. Every number opens to the rows that it was counted from.

export const both = (zh, en) => ({ zh, en });

function makeRandom(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

export const county = { code: '999901', name: '云岭县' };

export const organizations = [
  ['H1', '云岭县人民医院', 'county-general', '二级甲等', ''], ['H2', '云岭县中医院', 'county-tcm', '二级甲等', 'H1'],
  ['H3', '云岭县妇幼保健院', 'county-mch', '二级乙等', 'H1'], ['T1', '青石镇卫生院', 'township', '一级', 'H1'],
  ['T2', '柳溪镇卫生院', 'township', '一级', 'H1'], ['T3', '马岭乡卫生院', 'township', '一级', 'H1'], ['T4', '东坪镇中心卫生院', 'township', '一级', 'H1'],
  ...[['V1', '上河村', 'T1'], ['V2', '下河村', 'T1'], ['V3', '石桥村', 'T1'], ['V4', '柳树湾村', 'T2'], ['V5', '东沟村', 'T2'], ['V6', '马岭村', 'T3']].map(([code, name, lead]) => [code, `${name}卫生室`, 'village', '', lead]),
].map(([code, name, kind, level, lead]) => ({ code, name, kind, level, region: county.code, lead }));

const outside = [
  ['C1', '宁川市第一人民医院', 'city', 5], ['C2', '宁川市中心医院', 'city', 3], ['C3', '宁川市肿瘤医院', 'city', 2],
  ['P1', '省人民医院', 'province', 4], ['P2', '省肿瘤医院', 'province', 3], ['P3', '大学附属第一医院', 'province', 3],
  ['O1', '外省某大学附属医院', 'other-province', 2], ['O2', '外省某肿瘤中心', 'other-province', 1],
];

export const destinations = [
  ['in-county-primary', '县内基层', 'In county, primary care'], ['in-county-hospital', '县内医院', 'In county, hospital'], ['city', '市内县外', 'Same city'],
  ['province', '省内市外', 'Same province'], ['other-province', '外省', 'Other province'], ['unknown', '不明', 'Unknown'],
].map(([id, zh, en]) => ({ id, name: both(zh, en) }));

// id, zh, en, weight, leak, cost, code, diagnosis, how the leak changes
const groupTable = [
  ['lung-cancer', '肺癌', 'Lung cancer', 3.2, 0.62, 21000, 'C34.1', '上叶支气管恶性肿瘤', 0.004],
  ['digestive-cancer', '消化系统恶性肿瘤', 'Digestive cancers', 3.6, 0.55, 24000, 'C16.2', '胃体恶性肿瘤', 0.002],
  ['breast-cancer', '乳腺癌', 'Breast cancer', 1.8, 0.58, 19000, 'C50.9', '乳腺恶性肿瘤', -0.002],
  ['coronary', '冠心病', 'Coronary disease', 6.5, 0.42, 28000, 'I20.0', '不稳定型心绞痛', 0],
  ['stroke', '脑卒中', 'Stroke', 8.5, 0.14, 15000, 'I63.9', '脑梗死', 0],
  ['joint-spine', '骨关节与脊柱', 'Joints and spine', 6.0, 0.33, 32000, 'M17.0', '双侧原发性膝关节病', 0],
  ['cataract', '白内障与眼科', 'Eye diseases', 3.4, 0.28, 7000, 'H25.0', '老年性初期白内障', -0.003],
  ['kidney-stone', '泌尿系结石', 'Urinary stones', 3.0, 0.17, 11000, 'N20.1', '输尿管结石', 0],
  ['pneumonia', '肺炎', 'Pneumonia', 13, 0.04, 6200, 'J18.9', '肺炎', 0],
  ['copd', '慢阻肺', 'COPD', 8, 0.05, 8200, 'J44.1', '慢阻肺急性加重', 0],
  ['birth', '妊娠与分娩', 'Pregnancy and birth', 6, 0.11, 5600, 'O80.0', '单胎顺产', 0],
  ['mental', '精神障碍', 'Mental disorders', 2.2, 0.36, 14000, 'F20.9', '精神分裂症', 0],
  ['child', '儿童疾病', 'Childhood illness', 5, 0.13, 4200, 'J20.9', '急性支气管炎', 0],
  ['other', '其他', 'Other', 29, 0.09, 7400, 'R50.9', '发热', 0],
];
export const diseaseGroups = groupTable.map(([id, zh, en]) => ({ id, name: both(zh, en) }));
const groupName = new Map(diseaseGroups.map((group) => [group.id, group.name]));
export const nameOfGroup = (id) => groupName.get(id) ?? both('其他', 'Other');
export const nameOfDestination = (id) => destinations.find((each) => each.id === id)?.name ?? both(id, id);

const firstYear = 2023;
const months = 36;
const two = (number) => String(number).padStart(2, '0');
export const monthNames = Array.from({ length: months }, (_, index) => `${firstYear + Math.floor(index / 12)}-${two((index % 12) + 1)}`);

function weighted(list, weight, random) {
  let left = random() * list.reduce((sum, each) => sum + weight(each), 0);
  for (const each of list) {
    left -= weight(each);
    if (left <= 0) return each;
  }
  return list[list.length - 1];
}

function makeRows() {
  const random = makeRandom(20251122);
  const rows = [];
  let number = 0;
  for (let month = 0; month < months; month++) {
    const winter = [0, 1, 10, 11].includes(month % 12) ? 1.15 : 0.95;
    for (const [care, count] of [['inpatient', 430], ['outpatient', 900]]) {
      for (let each = 0; each < count * winter; each++) {
        const group = weighted(groupTable, (row) => row[3] * (['pneumonia', 'copd'].includes(row[0]) ? winter ** 3 : 1), random);
        const [id, , , , leak, cost, code, disease, drift] = group;
        // A chest-pain centre that opened in July 2024 keeps coronary patients at home.
        const base = id === 'coronary' && month >= 18 ? leak * 0.5 : leak + drift * month;
        const leaves = random() < (care === 'inpatient' ? base : base * 0.3);
        const hard = leak > 0.5 ? 2.2 : 1;
        const place = leaves
          ? weighted(outside, (row) => row[3] * (row[2] === 'province' ? hard : row[2] === 'other-province' ? hard * 0.7 : 1), random)
          : null;
        const local = leaves ? null : weighted(organizations, (row) => (care === 'inpatient' ? { H1: 10, H2: 4, H3: id === 'birth' ? 30 : 1, T1: 0.7, T2: 0.6, T3: 0.3, T4: 0.9 } : { H1: 5, H2: 2, H3: 1, T1: 2, T2: 2, T3: 1, T4: 2 })[row.code] ?? 0, random);
        const amount = Math.round(cost * (care === 'inpatient' ? 1 : 0.02) * (0.5 + random()) * (leaves ? 1.7 : 1) * 100) / 100;
        const date = `${monthNames[month]}-${two(1 + Math.floor(random() * 28))}`;
        const level = random() < (leak > 0.3 ? 0.32 : 0.18) ? 1 + Math.floor(random() ** 1.4 * 4) : 0;
        const person = `P${Math.floor(random() * 9000) + 100000}`;
        rows.push({
          key: `S${String(++number).padStart(8, '0')}`, care, date, group: id, code, disease, person,
          institution: local ? local.code : place[0], institutionName: local ? local.name : place[1],
          destination: local ? (local.kind === 'township' ? 'in-county-primary' : 'in-county-hospital') : place[2],
          inCounty: Boolean(local), amount, fund: Math.round(amount * (leaves ? 48 : 65)) / 100, level,
          days: Math.max(1, Math.round(3 + random() * 9 + hard)), left: random() < 0.012 ? '5' : random() < 0.03 ? '2' : random() < 0.06 ? '3' : '1',
        });
      }
    }
  }
  return rows;
}

export const rows = makeRows();
const k = (zh, en, reference) => ({ title: both(zh, en), reference, mark: 'K' });
const monitoring = { title: both('紧密型县域医共体监测指标体系', 'Monitoring indicators of county medical communities'), reference: '2024', mark: 'read' };

function definition(id, kind, subject, zh, en, direction, unit, target, of) {
  return {
    id, kind, subject, name: both(zh, en), definition: both(`${zh}：按结算日期或出院日期归入统计期。`, `${en}, by the day of settlement or discharge.`),
    numerator: both('符合条件的人次、费用或例数', 'Cases, money or discharges that fit'), denominator: both('同一时期的全部人次、费用或例数', 'All cases, money or discharges of the period'),
    exclusions: both('药店购药不计', 'Pharmacies are left out'), direction, unit,
    target: target === null ? null : { value: target, source: k('目标值待核实', 'Target to be checked', '—') },
    guard: { denominatorMinimum: 30, windowMonths: 3, monthsBelowMinimum: 2 }, sources: [monitoring], edition: '2025.1',
    effectiveFrom: '2024-01-01', effectiveTo: null, sql: `SELECT setl_id AS case_key, 'settlement' AS case_type\nFROM settlement\nWHERE care = 'inpatient'`, of,
  };
}

const settlements = (fits, numerator, denominator) => () =>
  rows.filter(fits).map((row) => toCase(row, 'settlement', county.code, numerator(row), denominator(row)));
const stays = (numerator, denominator = () => 1, fits = () => true) => () =>
  rows.filter((row) => row.care === 'inpatient' && row.institution.startsWith('H') && fits(row))
    .map((row) => toCase(row, 'Encounter', row.institution, numerator(row), denominator(row)));

function toCase(row, type, subject, numerator, denominator) {
  return { row, subject, type, numerator, denominator };
}

// A case is met where it is as the measure wants it: in the numerator where more is better, not in it where less is.
function judge(of, { row, type, numerator }) {
  if (type === 'Encounter' && row.key.endsWith('777') && numerator === 0) return 'missing';
  if (of.kind !== 'ratio' && of.kind !== 'count') return 'met';
  return (numerator !== 0) === (of.direction !== 'down') ? 'met' : 'not_met';
}

const operated = (row) => row.level > 0;
const list = [
  [definition('inpatient-in-county-share', 'ratio', 'county', '县域内住院人次占比', 'Inpatients treated in the county', 'up', '1', '0.85'),
    settlements((row) => row.care === 'inpatient', (row) => Number(row.inCounty), () => 1)],
  [definition('visit-in-county-share', 'ratio', 'county', '县域就诊率', 'Visits in the county', 'up', '1', '0.90'),
    settlements(() => true, (row) => Number(row.inCounty), () => 1)],
  [definition('fund-in-county-share', 'ratio', 'county', '医保基金县域内支出占比', 'Insurance fund spent in the county', 'up', '1', '0.75'),
    settlements(() => true, (row) => (row.inCounty ? row.fund : 0), (row) => row.fund)],
  [definition('primary-visit-share', 'ratio', 'county', '基层就诊占比', 'Visits at primary care', 'up', '1', '0.55'),
    settlements((row) => row.inCounty, (row) => Number(row.destination === 'in-county-primary'), () => 1)],
  [definition('inpatient-cost-per-person', 'per-distinct', 'county', '县域内住院人均费用', 'Inpatient cost per person', 'monitor', 'CNY', null),
    settlements((row) => row.care === 'inpatient' && row.inCounty, (row) => row.amount, () => 1)],
  [definition('inpatient-cost-per-person-growth', 'growth', 'county', '县域内住院人均费用增长率', 'Growth of the inpatient cost per person', 'monitor', '1', null, 'inpatient-cost-per-person'),
    settlements((row) => row.care === 'inpatient' && row.inCounty, (row) => row.amount, () => 1)],
  [definition('surgical-discharge-share', 'ratio', 'hospital', '出院患者手术占比', 'Discharges with an operation', 'up', '1', '0.30'), stays((row) => Number(operated(row)))],
  [definition('level-3-4-operation-share', 'ratio', 'hospital', '三四级手术占比', 'Level 3 and 4 operations', 'up', '1', '0.40'), stays((row) => Number(row.level >= 3), () => 1, operated)],
  [definition('inpatient-mortality', 'ratio', 'hospital', '住院死亡率', 'Inpatient mortality', 'down', '1', '0.02'), stays((row) => Number(row.left === '5'))],
  [definition('average-length-of-stay', 'mean', 'hospital', '平均住院日', 'Average length of stay', 'down', 'd', '8.5'), stays((row) => row.days)],
  [definition('cost-per-discharge', 'mean', 'hospital', '出院患者均次费用', 'Cost per discharge', 'monitor', 'CNY', null), stays((row) => row.amount)],
  [definition('transfer-down-count', 'count', 'hospital', '下转人次', 'Transfers down', 'up', '{case}', null), stays((row) => Number(row.left === '3'), () => null)],
  [definition('transfer-up-share', 'ratio', 'hospital', '上转率', 'Transfers up', 'down', '1', null), stays((row) => Number(row.left === '2'))],
];
// Of every organisation and the county: counted from nothing but their own names.
const unitList = [
  definition('hypertension-controlled-share', 'ratio', 'unit', '高血压控制率', 'Hypertension controlled', 'up', '1', '0.60'),
  definition('hypertension-standard-management-share', 'ratio', 'unit', '高血压规范管理率', 'Hypertension managed as the standard says', 'up', '1', '0.70'),
  definition('hypertension-lost-share', 'ratio', 'unit', '高血压失访率', 'Hypertension lost to follow-up', 'down', '1', '0.05'),
  definition('hypertension-under-care', 'count', 'unit', '在管高血压患者', 'Hypertension under care', 'monitor', '{case}', null),
];
export const definitions = [...list.map(([each]) => each), ...unitList];
const casesOfMeasure = new Map(list.map(([each, make]) => [each.id, make().map((one) => ({ ...one, judgement: judge(each, one) }))]));

const monthRange = (period) => {
  if (/^\d{4}$/.test(period)) return [`${period}-01`, `${period}-12`];
  const quarter = /^(\d{4})Q(\d)$/.exec(period);
  if (quarter) return [`${quarter[1]}-${two(quarter[2] * 3 - 2)}`, `${quarter[1]}-${two(quarter[2] * 3)}`];
  return period.includes('..') ? period.split('..') : [period, period];
};
export const inPeriod = (period) => {
  const [from, to] = monthRange(period);
  return (row) => row.date.slice(0, 7) >= from && row.date.slice(0, 7) <= to;
};

// The rows never change: what was counted once is kept.
const kept = new Map();
function once(key, make) {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
}

export function casesOf(measure, { period, org, institution, diseaseGroup, destination, judgement }, subjects = null) {
  const fits = inPeriod(period);
  const found = definitions.find((each) => each.id === measure);
  return (casesOfMeasure.get(measure) ?? []).filter((each) => fits(each.row)
    && (!org || (found.subject === 'hospital' ? each.subject === org : each.row.institution === org))
    && (!institution || each.row.institution === institution) && (!diseaseGroup || each.row.group === diseaseGroup)
    && (!destination || each.row.destination === destination) && (!judgement || each.judgement === judgement)
    && (!subjects || subjects.includes(each.row.institution)));
}

const sum = (cases, part) => cases.reduce((total, each) => total + (each[part] ?? 0), 0);
const decimal = (number, digits = 4) => number.toFixed(digits).replace(/\.?0+$/, '') || '0';

// Against the year before; without one there is no value.
function grow(of, cases, before) {
  const [now, then] = [cases, before].map((each) => Number(evaluate(of, each).value ?? NaN));
  const growth = now / then - 1;
  return { numerator: Number.isFinite(growth) ? decimal(now - then, 2) : null, denominator: Number.isFinite(growth) ? decimal(then, 2) : null, value: Number.isFinite(growth) ? decimal(growth, 6) : null };
}

export function evaluate(measure, cases, before = []) {
  const found = definitions.find((each) => each.id === measure);
  if (found.kind === 'growth') return grow(found.of, cases, before);
  const numerator = sum(cases, 'numerator');
  const distinct = found.kind === 'per-distinct';
  const denominator = distinct ? new Set(cases.map((each) => each.row.person)).size : sum(cases, 'denominator');
  const counts = found.kind === 'count';
  return {
    numerator: decimal(numerator, 2), denominator: counts ? null : decimal(denominator, 2),
    value: counts ? String(numerator) : denominator === 0 ? null : decimal(numerator / denominator, 6),
  };
}

const keyOf = { org: (each) => each.row.institution, month: (each) => each.row.date.slice(0, 7), 'disease-group': (each) => each.row.group, destination: (each) => each.row.destination };
const stratumName = (by, value) => {
  if (by === 'disease-group') return nameOfGroup(value);
  if (by === 'destination') return nameOfDestination(value);
  const organization = organizations.find((each) => each.code === value);
  return both(organization?.name ?? value, organization?.name ?? value);
};

function unitRows(of, { period, org, by }, subjects) {
  const [from, to] = monthRange(period);
  const strata = by === 'month' ? monthNames.filter((month) => month >= from && month <= to) : [''];
  const units = [{ code: county.code, name: county.name }, ...organizations].filter(({ code }) => (org ? code === org : !subjects || subjects.includes(code)));
  return units.flatMap(({ code, name }) => strata.map((stratum) => {
    const random = makeRandom([...`${of.id}${code}${period}${stratum}`].reduce((total, letter) => total * 31 + letter.charCodeAt(0), 7) % 4294967296);
    const people = code === county.code ? 3466 : 90 + Math.floor(random() * 400);
    // The standard is younger than the newest year.
    const counted = of.id !== 'hypertension-standard-management-share' || from >= '2026' ? people : 0;
    const part = Math.round(counted * (of.direction === 'down' ? 0.02 + random() * 0.05 : 0.5 + random() * 0.3));
    const counts = of.kind === 'count';
    return {
      measure: of.id, subject: code, subjectName: name, period, stratum, stratumName: both(stratum, stratum), numerator: String(counts ? people : part), denominator: counts ? null : String(counted),
      value: counts ? String(people) : counted === 0 ? null : decimal(part / counted, 6), met: part, notMet: counted - part, missing: 0, conflicting: 0, edition: '2026.1', asOf: 812,
    };
  }));
}

function beforeOf(measure, period, parts, stratum, filters, subjects) {
  if (definitions.find((each) => each.id === measure).kind !== 'growth') return [];
  const of = stratum.split('|').map((value, index) => (parts[index] === 'month' ? yearBefore(value) : value)).join('|');
  return casesOf(measure, { period: yearBefore(period), ...filters }, subjects).filter((each) => parts.map((part) => keyOf[part](each)).join('|') === of);
}

export function sheetRows(measures, { period, org, by }, subjects = null) {
  const parts = by ? by.split(',') : [];
  return measures.flatMap((measure) => {
    const unit = unitList.find((each) => each.id === measure);
    if (unit) return unitRows(unit, { period, org, by }, subjects);
    const groups = new Map();
    for (const each of casesOf(measure, { period, org }, subjects)) {
      const key = `${each.subject}\n${parts.map((part) => keyOf[part](each)).join('|')}`;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(each);
    }
    return [...groups].sort((a, b) => a[0].localeCompare(b[0])).map(([key, cases]) => {
      const [subject, stratum] = key.split('\n');
      const values = stratum.split('|');
      const count = (judgement) => cases.filter((each) => each.judgement === judgement).length;
      return {
        measure, subject, subjectName: organizations.find((each) => each.code === subject)?.name ?? county.name, period, stratum,
        stratumName: both(parts.map((part, index) => stratumName(part, values[index]).zh).join(' | '), parts.map((part, index) => stratumName(part, values[index]).en).join(' | ')),
        ...evaluate(measure, cases, beforeOf(measure, period, parts, stratum, { org }, subjects)), met: count('met'), notMet: count('not_met'), missing: count('missing'), conflicting: 0, edition: '2025.1', asOf: 812,
      };
    });
  });
}

export const trendOf = (measure, period, filters = {}) => once(`trend ${measure} ${period} ${JSON.stringify(filters)}`, () => makeTrend(measure, period, filters));

function makeTrend(measure, period, filters) {
  const last = monthRange(period)[1];
  return monthNames.filter((month) => month <= last).map((month) => ({ period: month, ...evaluate(measure, casesOf(measure, { period: month, ...filters })) }));
}

export const yearBefore = (period) => String(Number(period.slice(0, 4)) - 1) + period.slice(4);

export const leakOf = (period, care) => once(`leak ${period} ${care}`, () => makeLeak(period, care));

function makeLeak(period, care) {
  const fits = inPeriod(period);
  const earlier = inPeriod(yearBefore(period));
  const wanted = rows.filter((row) => care === 'all' || row.care === 'inpatient');
  const hasEarlier = wanted.some(earlier);
  const numbers = (some, before) => {
    const out = some.filter((row) => !row.inCounty);
    const money = (list_, part) => decimal(list_.reduce((total, row) => total + row[part], 0), 2);
    return {
      cases: some.length, casesIn: some.length - out.length, casesOut: out.length, fund: money(some, 'fund'), fundOut: money(out, 'fund'), amountOut: money(out, 'amount'),
      casesOutPrevious: hasEarlier ? before.filter((row) => !row.inCounty).length : null,
      destinations: destinations.map(({ id, name }) => {
        const there = some.filter((row) => row.destination === id);
        return { destination: id, name, cases: there.length, fund: money(there, 'fund'), amount: money(there, 'amount') };
      }).filter((each) => each.cases > 0),
    };
  };
  const now = wanted.filter(fits);
  const before = wanted.filter(earlier);
  const result = diseaseGroups.map(({ id, name }) => {
    const some = now.filter((row) => row.group === id);
    const places = new Map();
    for (const row of some.filter((each) => !each.inCounty)) {
      const place = places.get(row.institution) ?? { code: row.institution, name: row.institutionName, destination: row.destination, cases: 0, fund: 0 };
      place.cases++;
      place.fund += row.fund;
      places.set(row.institution, place);
    }
    return {
      diseaseGroup: id, name, ...numbers(some, before.filter((row) => row.group === id)),
      institutions: [...places.values()].sort((a, b) => b.cases - a.cases).slice(0, 5).map((place) => ({ ...place, fund: decimal(place.fund, 2) })),
    };
  }).filter((row) => row.cases > 0);
  return { period, asOf: 812, care, rows: result, totals: numbers(now, before) };
}

export const flowOf = (period) => once(`flow ${period}`, () => makeFlow(period));

function makeFlow(period) {
  const fits = inPeriod(period);
  const out = rows.filter((row) => row.care === 'inpatient' && !row.inCounty && fits(row));
  const counts = new Map();
  for (const row of out) counts.set(row.group, (counts.get(row.group) ?? 0) + 1);
  const ten = new Set([...counts].filter(([id]) => id !== 'other').sort((a, b) => b[1] - a[1]).slice(0, 10).map(([id]) => id));
  const links = new Map();
  for (const row of out) {
    const group = ten.has(row.group) ? row.group : 'other';
    const link = links.get(`${group}|${row.destination}`) ?? { diseaseGroup: group, destination: row.destination, cases: 0, amount: 0 };
    link.cases++;
    link.amount += row.amount;
    links.set(`${group}|${row.destination}`, link);
  }
  const all = [...links.values()].map((link) => ({ ...link, amount: decimal(link.amount, 2) }));
  return {
    nodes: [
      ...[...new Set(all.map((link) => link.diseaseGroup))].map((id) => ({ id, name: nameOfGroup(id), side: 'disease' })),
      ...[...new Set(all.map((link) => link.destination))].map((id) => ({ id, name: nameOfDestination(id), side: 'destination' })),
    ],
    links: all,
  };
}
