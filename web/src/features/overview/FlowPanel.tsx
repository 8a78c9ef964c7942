// What leaves and where it goes: the picture, the same numbers as a table, and in words.
import { useMemo, useState } from 'react';
import type { FlowLink, FlowNode, Overview } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatMoney, toNumber } from '../../lib/format';
import { casesHref } from '../../router/places';
import { hrefTo, Link } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { ChartFrame } from '../../ui/ChartFrame';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { Panel } from '../../ui/Panel';
import { Choice } from '../../ui/Choice';
import { Empty } from '../../ui/states';
import { FlowPicture } from './FlowPicture';

export type FlowBy = 'cases' | 'amount';

export const flowMeasure = 'inpatient-in-county-share';

export function FlowPanel({ overview }: { overview: Overview }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const me = useMe();
  const [by, setBy] = useState<FlowBy>('cases');
  const { flow, period } = overview;
  const nodes = useMemo(() => new Map<string, FlowNode>(flow.nodes.map((node) => [`${node.side}:${node.id}`, node])), [flow]);
  const nameOf = (side: FlowNode['side'], id: string) => text(nodes.get(`${side}:${id}`)?.name) || id;
  const weight = (link: FlowLink) => (by === 'cases' ? link.cases : toNumber(link.amount) ?? 0);
  const show = (number: number) => (by === 'cases' ? t('common.cases', { count: number, shown: formatCount(number) }) : formatMoney(number, language));

  // "Other" is many groups together: the leak page takes it apart.
  const href = (diseaseGroup?: string, destination?: string): string | null => {
    if (diseaseGroup === 'other' || diseaseGroup === '') return hrefTo('/leak');
    if (!may(me, 'cases')) return null;
    return casesHref({ measure: flowMeasure, period, diseaseGroup, destination, judgement: 'not_met' });
  };

  const links = useMemo(() => {
    const heavy = (link: FlowLink) => (by === 'cases' ? link.cases : toNumber(link.amount) ?? 0);
    return [...flow.links].sort((a, b) => heavy(b) - heavy(a));
  }, [flow, by]);
  const total = links.reduce((sum, link) => sum + weight(link), 0);
  if (links.length === 0) {
    return (
      <Panel title={t('overview.flow')}>
        <Empty title={t('overview.nothingLeft')} icon="check" />
      </Panel>
    );
  }
  const open = (link: FlowLink, words: string) => {
    const to = href(link.diseaseGroup, link.destination);
    return to ? <Link to={to}>{words}</Link> : words;
  };
  const columns: Column<FlowLink>[] = [
    { key: 'group', title: t('common.diseaseGroup'), rowHeader: true, render: (link) => nameOf('disease', link.diseaseGroup),
      sortBy: (link) => nameOf('disease', link.diseaseGroup), csv: (link) => nameOf('disease', link.diseaseGroup) },
    { key: 'destination', title: t('common.destination'), render: (link) => nameOf('destination', link.destination),
      sortBy: (link) => nameOf('destination', link.destination), csv: (link) => nameOf('destination', link.destination) },
    { key: 'cases', title: t('leak.casesOut'), number: true, render: (link) => open(link, formatCount(link.cases)),
      sortBy: (link) => link.cases, csv: (link) => link.cases },
    { key: 'amount', title: t('common.amount'), number: true, render: (link) => open(link, formatMoney(link.amount, language)),
      sortBy: (link) => toNumber(link.amount), csv: (link) => link.amount },
  ];
  const heaviest = links.find((link) => link.diseaseGroup !== 'other' && link.diseaseGroup !== '') ?? links[0];
  const summary = t('overview.flowSummary', {
    total: show(total), group: nameOf('disease', heaviest.diseaseGroup), destination: nameOf('destination', heaviest.destination), most: show(weight(heaviest)),
  });
  return (
    <Panel title={t('overview.flow')} note={summary} tools={<Link to={hrefTo('/leak')}>{t('overview.toLeak')}</Link>}>
      <ChartFrame
        name={t('overview.flow')}
        summary={summary}
        tools={<Choice label={t('common.countBy')} value={by} options={[['cases', t('common.byCases')], ['amount', t('common.byAmount')]]} onChange={setBy} />}
        cells={() => tableCells(columns, links)}
        table={<DataTable caption={t('overview.flow')} columns={columns} rows={links} rowKey={(link) => `${link.diseaseGroup}|${link.destination}`} />}
        chart={(picture) => (
          <FlowPicture flow={flow} weight={weight} nameOf={nameOf} show={show} href={href} picture={picture} label={summary} />
        )}
      />
    </Panel>
  );
}
