// Every page in both languages and both sizes: silent, translated, accessible, and a picture of each.
import { languages, must, sizes } from './support.mjs';

async function places(world, page) {
  const { body: county } = await world.api(page, '/api/county');
  const { body: { measures } } = await world.api(page, '/api/measures');
  const { body: { gaps } } = await world.api(page, '/api/gaps?closed=0');
  const { body: overview } = await world.api(page, `/api/overview?period=${county.latestYear}`);
  must(measures.length > 0 && gaps.length > 0, 'the county has measures and gaps');
  const ofHospital = measures.find((each) => each.subject === 'hospital').id;
  const share = measures.find((each) => each.id === 'inpatient-in-county-share').id;
  // The gap with most to show: a comparison, else actions.
  const details = await Promise.all(gaps.slice(0, 12).map((gap) => world.api(page, `/api/gaps/${encodeURIComponent(gap.id)}`)));
  const gap = details.map((each) => each.body).sort((a, b) => Number(b.comparison !== null) - Number(a.comparison !== null) || b.actions.length - a.actions.length)[0];
  const group = overview.flow.nodes.find((node) => node.side === 'disease' && node.id !== 'other').id;
  const cases = new URLSearchParams({ measure: share, period: county.latestYear, diseaseGroup: group, judgement: 'not_met' });
  return {
    overview: '/', measures: '/measures', sheet: `/measures?m=${ofHospital},${share}`, split: `/measures?m=${share}&split=disease-group&cols=year`,
    leak: '/leak', 'leak-all': '/leak?care=all', gaps: '/gaps', actions: '/gaps?tab=actions&ended=1', gap: `/gaps/${encodeURIComponent(gap.id)}`, data: '/data',
    'drawer-definition': `/?definition=${share}`, 'drawer-cases': `/?cases=${encodeURIComponent(cases)}`, 'drawer-group': `/leak?group=${encodeURIComponent(group)}`,
    'drawer-approve': `/gaps/${encodeURIComponent(gaps[0].id)}?approve=1`, password: '/password', 'no-such-page': '/nowhere',
  };
}

export const tests = languages.flatMap((language) =>
  Object.keys(sizes).map((size) => ({
    name: `every page, ${language}, ${size}`,
    run: async (world) => {
      const page = await world.signedIn(world.user, { language, size });
      await world.go(page, '/');
      for (const [name, path] of Object.entries(await places(world, page))) {
        await world.go(page, path);
        if (name === 'sheet' || name === 'leak' || name === 'gap') await page.waitForSelector('.chart canvas');
        if (name.startsWith('drawer')) await page.waitForSelector('.ant-drawer-body');
        await world.settle(page);
        await world.check(page, `${name} ${language} ${size}`);
        await world.shot(page, `${name}-${language}-${size}`, { full: !name.startsWith('drawer') });
      }
    },
  })),
);
