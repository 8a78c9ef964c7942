// Who is behind: one line a township with its sums, which opens to its villages and their doctors.
import { useMemo, useState } from 'react';
import { useCounty } from '../../api/queries';
import type { Programme } from '../../care/types';
import { useWords } from '../../i18n';
import type { Cell } from '../../lib/csv';
import { downloadCsv } from '../../lib/download';
import { formatCount, formatPercent, none } from '../../lib/format';
import { Link } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { DataTable, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { Panel } from '../../ui/Panel';
import { Empty } from '../../ui/states';
import { byTownship, shareOf, townshipOf, type Line } from './programme';
import { peopleHref } from './question';

const namesShown = 4;

export function Behind({ programme }: { programme: Programme }) {
  const { t } = useWords();
  const opens = may(useMe(), 'cases');
  const { data: county } = useCounty();
  const villages = useMemo(() => new Set((county?.organizations ?? []).filter((each) => each.kind === 'village').map((each) => each.code)), [county]);
  const lines = useMemo(() => byTownship(programme.overdueBy, villages), [programme, villages]);
  const [toggled, setToggled] = useState<string[]>([]);
  // A township's own doctors see their villages at once.
  const isOpen = (line: Line): boolean => toggled.includes(line.organization) !== (lines.length === 1);
  const toggle = (line: Line) => setToggled((old) => (old.includes(line.organization) ? old.filter((each) => each !== line.organization) : [...old, line.organization]));
  const columns: Column<Line>[] = [
    { key: 'name', title: t('programmes.who'), rowHeader: true, wide: true, sortBy: (line) => line.name,
      render: (line) => line.below.length === 0 ? <OneOrganization line={line} /> : (
        <button type="button" className="row-toggle" aria-expanded={isOpen(line)} onClick={() => toggle(line)}>
          <Icon name={isOpen(line) ? 'down' : 'right'} size={16} />
          <span><span className="row-toggle-name">{line.name}</span> <span className="row-toggle-count">{t('programmes.below', { count: line.below.length })}</span></span>
        </button>
      ) },
    { key: 'due', title: t('programmes.dueColumn'), number: true, sortBy: (line) => line.due, render: (line) => formatCount(line.due) },
    { key: 'overdue', title: t('programmes.overdueColumn'), number: true, sortBy: (line) => line.overdue,
      // The people of a township's own line stand among those of its whole line.
      render: (line) => (opens && line.overdue > 0 && !line.isOwn ? <Link to={peopleHref({ organization: line.organization, overdue: '1' })}>{formatCount(line.overdue)}</Link> : formatCount(line.overdue)) },
    { key: 'share', title: t('programmes.share'), number: true, sortBy: shareOf, render: (line) => <Share of={shareOf(line)} /> },
  ];
  const save = () => {
    const placeOf = townshipOf(programme.overdueBy, villages);
    const head = [t('programmes.organization'), t('programmes.institution'), t('programmes.doctors'), t('programmes.dueColumn'), t('programmes.overdueColumn'), t('programmes.share')];
    const rows = programme.overdueBy.map((row): Cell[] => [placeOf(row).name, row.name, row.practitioners.join(t('programmes.and')), row.due, row.overdue, shareOf(row)]);
    downloadCsv([head, ...rows], t('programmes.behind'));
  };
  return (
    <Panel title={t('programmes.behind')} note={lines.length > 0 && t('programmes.behindNote')} tools={lines.length > 0 && (
      <button type="button" className="tool" onClick={save}><Icon name="download" size={16} />CSV</button>
    )}>
      {lines.length === 0 ? <Empty title={t('programmes.nobodyBehind')} icon="check" /> : (
        <DataTable caption={t('programmes.behind')} columns={columns} rows={lines} rowKey={(line) => `${line.below.length > 0 ? 'township' : 'one'} ${line.organization}`} cards="tight"
          below={(line) => (isOpen(line) ? line.below : [])} />
      )}
    </Panel>
  );
}

function OneOrganization({ line }: { line: Line }) {
  const { t } = useWords();
  const { practitioners } = line;
  const names = practitioners.slice(0, namesShown).join(t('programmes.and'));
  return (
    <>
      {line.isOwn ? t('programmes.own', { name: line.name }) : line.name}
      {names && <span className="under">{practitioners.length > namesShown ? t('programmes.andMore', { names, count: practitioners.length }) : names}</span>}
    </>
  );
}

function Share({ of }: { of: number | null }) {
  return of === null ? <>{none}</> : (
    <span className="share">
      <span className="share-bar" aria-hidden="true"><span style={{ width: `${of * 100}%` }} /></span>
      <span className="share-number">{formatPercent(of, 0)}</span>
    </span>
  );
}
