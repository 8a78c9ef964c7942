// The sentences that a scenario may use. Each step gets the world, the parts of its sentence, and the block below it.
import fs from 'node:fs';
import path from 'node:path';
import { careSteps } from './scenario_care_steps.mjs';
import { api, expect, importFile, run, settled } from './scenario_world.mjs';

const header = 'setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,begndate,enddate,dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay';

async function measure(world, id, period) {
  const result = await run(world, ['measure', id, '--data', world.data, '--period', period, '--format', 'csv']);
  expect(result.code === 0, `measure ended with ${result.code}: ${result.stderr}`);
  const lines = result.stdout.replace(/^\uFEFF/, '').trim().split('\n').map((l) => l.split(','));
  const row = lines.slice(1).find((r) => r[0] === id && r[3] === '');
  expect(row, `no row of ${id} in ${period}`);
  return Object.fromEntries(lines[0].map((name, i) => [name, row[i]]));
}

async function gapOf(world, id) {
  const { gaps } = await api(world, 'GET', '/api/gaps?closed=1');
  const gap = gaps.find((g) => g.measure === id);
  return gap ? api(world, 'GET', `/api/gaps/${gap.id}`) : undefined;
}

async function groupOf(world, code) {
  const from = '2024-01', to = '2025-12';
  const { cases } = await api(world, 'GET', `/api/measures/inpatient-in-county-share/cases?period=${from}..${to}&count=1000`);
  const found = cases.find((c) => c.diseaseCode === code);
  expect(found, `no case with ${code}`);
  return found.diseaseGroup;
}

const months = (from, to) => {
  const list = [];
  for (let [y, m] = from.split('-').map(Number); `${y}-${String(m).padStart(2, '0')}` <= to; m === 12 ? (y++, m = 1) : m++)
    list.push(`${y}-${String(m).padStart(2, '0')}`);
  return list;
};

const steps = [
  [/^一个空的县，代码 (\d{6})$/, async (world, [code]) => { world.county = code; await world.start(); }],
  [/^有机构 (\S+) (\S+) ([a-z-]+)$/, async (world, [code, name, kind]) => {
    world.organizations.push(`${code},${name},${kind},二级,${world.county},${code === 'H001' ? '' : 'H001'}`);
    const file = path.join(world.folder, 'organizations.csv');
    fs.writeFileSync(file, 'code,name,kind,level,region,lead\n' + world.organizations.join('\n') + '\n');
    await importFile(world, 'organizations', file);
  }],
  [/^(\S+) 至 (\S+) 每月有 (\d+) 例 (\S+) 住院结算，其中 (\d+) 例在 (\S+)$/, async (world, [from, to, count, code, home, place]) => {
    for (const month of months(from, to)) {
      for (let i = 0; i < Number(count); i++) {
        const id = `S${month.replace('-', '')}${code.replace('.', '')}${String(i).padStart(4, '0')}`;
        const inside = i < Number(home);
        world.settlements.push([id, `P${id.slice(7)}`, '1', '1960-01-01', '390', world.county, inside ? place : 'X901', inside ? '' : '省肿瘤医院', inside ? '2' : '3',
          inside ? world.county : '999000', '21', `${month}-03`, `${month}-12`, code, '', '8000.00', '5000.00', '3000.00'].join(','));
      }
    }
  }],
  [/^医保办导入这些结算$/, async (world) => {
    const file = path.join(world.folder, `settlements-${++world.files}.csv`);
    fs.writeFileSync(file, header + '\n' + world.settlements.join('\n') + '\n');
    world.settlements = [];
    await importFile(world, 'settlements', file);
  }],
  [/^医保办再次导入同一份文件$/, async (world) => importFile(world, 'settlements', world.lastFile)],
  [/^病案室导入首页到 (\S+):$/, async (world, [organization], block) => {
    const file = path.join(world.folder, `pages-${++world.files}.csv`);
    fs.writeFileSync(file, block.join('\n') + '\n');
    await importFile(world, 'first-pages', file, ['--org', organization]);
  }],
  [/^导入(.+)$/, async (world, [what]) => {
    const names = { 接受: 'accepted', 未变: 'unchanged', 替换: 'replaced', 拒绝: 'rejected' };
    for (const [, name, number] of what.matchAll(/(接受|未变|替换|拒绝) (\d+) 行/g))
      expect(world.imported[names[name]] === Number(number), `${name} ${world.imported[names[name]]} 行，不是 ${number}`);
  }],
  [/^第 (\d+) 行 (\S+) 被拒绝，代码 (\S+)$/, async (world, [line, column, code]) => {
    const row = world.report.find((r) => r.startsWith(`${line},${column},`));
    expect(row && row.split(',')[3] === code, `报告中没有：第 ${line} 行 ${column} ${code}；有：${world.report.join(' ; ')}`);
  }],
  [/^指标 (\S+) 在 (\S+) 是 (\S+)(?: \/ (\S+))?$/, async (world, [id, period, numerator, denominator]) => {
    const row = await measure(world, id, period);
    expect(Number(row.numerator) === Number(numerator) && (!denominator || Number(row.denominator) === Number(denominator)),
      `${id} ${period}: ${row.numerator} / ${row.denominator}`);
  }],
  [/^出现差距 (\S+)，负责人是 (\S+)$/, async (world, [id, owner]) => {
    world.gap = await settled(world, () => gapOf(world, id));
    expect(world.gap, `没有差距 ${id}`);
    expect(world.gap.owner === owner, `负责人是 ${world.gap.owner}`);
  }],
  [/^这个差距主要来自 (\S+) 所在的病种$/, async (world, [code]) => {
    const group = await groupOf(world, code);
    expect(world.gap.carriers[0].diseaseGroup === group, `首位是 ${world.gap.carriers[0].diseaseGroup}，不是 ${group}`);
  }],
  [/^院长对这个差距批准行动，对准 (\S+) 所在的病种，(\S+) 开始，(\S+) 到期，预期 (\S+)$/, async (world, [code, startedOn, dueOn, expectedValue]) => {
    const { types } = await api(world, 'GET', `/api/action-types?measure=${world.gap.measure}`);
    world.gap = await api(world, 'POST', `/api/gaps/${world.gap.id}/actions`,
      { type: types[0].id, owner: '王主任', dueOn, expectedValue, note: '', diseaseGroup: await groupOf(world, code), startedOn });
  }],
  [/^这个差距的状态是 (\S+)$/, async (world, [state]) => {
    const gap = await api(world, 'GET', `/api/gaps/${world.gap.id}`);
    expect(gap.state === state, `状态是 ${gap.state}`);
  }],
  [/^行动的历史有 (\d+) 步$/, async (world, [count]) => expect(world.gap.actions[0].history.length === Number(count), JSON.stringify(world.gap.actions[0].history))],
  [/^行动还没有前后对比$/, async (world) => expect(!world.gap.actions[0].comparison, '已有前后对比')],
  [/^行动的结论是 (\S+)$/, async (world, [verdict]) => {
    world.gap = await settled(world, async () => {
      const gap = await api(world, 'GET', `/api/gaps/${world.gap.id}`);
      return gap.actions[0].comparison && gap.actions[0].comparison.after.period.endsWith('2025-12') ? gap : undefined;
    });
    expect(world.gap, '没有前后对比');
    expect(world.gap.actions[0].comparison.verdict === verdict, JSON.stringify(world.gap.actions[0].comparison));
  }],
  [/^行动前后相差 (\S+)$/, async (world, [change]) => expect(world.gap.actions[0].comparison.change === change, world.gap.actions[0].comparison.change)],
  ...careSteps,
];

export async function play(world, sentence, block = []) {
  const found = steps.map(([pattern, act]) => [pattern.exec(sentence), act]).find(([m]) => m);
  if (!found) throw new Error(`no such sentence (tools/scenario_steps.mjs): ${sentence}`);
  await found[1](world, found[0].slice(1), block);
}
