// What falls short, worst first; and every action, with who and by when.
import { useActions, useGaps } from '../../api/queries';
import type { Action, Gap } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatChange, formatDate, formatPeriod, formatValue, none, toNumber } from '../../lib/format';
import { changeSearch, hrefTo, hrefWith, Link, usePlace } from '../../router/router';
import { ActionState, GapState, isUnderWay } from '../../ui/badges';
import { CasesLink } from '../../ui/CasesLink';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { downloadCsv } from '../../lib/download';
import { Icon } from '../../ui/icons';
import { useDefinitions } from '../../ui/names';
import { Answer, Empty } from '../../ui/states';
import { useOwnerName } from './owner';
import { shortOf } from './scale';

export default function GapsPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const tab = search.get('tab') === 'actions' ? 'actions' : 'gaps';
  const withEnded = search.get('ended') === '1';
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('gaps.title')}</h1>
        <div className="page-head-tools">
          <nav className="tabs" aria-label={t('gaps.title')}>
            {(['gaps', 'actions'] as const).map((each) => (
              <Link key={each} to={hrefWith({ tab: each === 'gaps' ? null : each })} aria-current={tab === each ? 'page' : undefined}>
                {t(`gaps.${each}`)}
              </Link>
            ))}
          </nav>
          <label className="check">
            <input type="checkbox" checked={withEnded} onChange={(event) => changeSearch({ ended: event.target.checked ? '1' : null }, { replace: true })} />
            <span>{t('gaps.withEnded')}</span>
          </label>
        </div>
      </div>
      {tab === 'gaps' ? <GapTable withClosed={withEnded} /> : <ActionTable withEnded={withEnded} />}
    </div>
  );
}

function GapTable({ withClosed }: { withClosed: boolean }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const ownerName = useOwnerName();
  const definitions = useDefinitions();
  const gaps = useGaps(withClosed);
  const show = (gap: Gap, value: string | null) => formatValue(value, definitions.get(gap.measure)?.unit ?? '1', language);
  const latest = (gap: Gap) => {
    const definition = definitions.get(gap.measure);
    return { measure: gap.measure, period: gap.latest.period, org: definition && definition.subject !== 'county' ? gap.subject : undefined, diseaseGroup: gap.diseaseGroup || undefined };
  };
  const columns: Column<Gap>[] = [
    { key: 'measure', title: t('measures.measure'), rowHeader: true, csv: (gap) => text(gap.measureName), sortBy: (gap) => text(gap.measureName),
      render: (gap) => (
        <>
          <Link to={hrefTo(`/gaps/${encodeURIComponent(gap.id)}`)}>{text(gap.measureName)}</Link>
          <span className="under">
            {gap.subjectName}
            {gap.diseaseGroup && ` · ${text(gap.diseaseGroupName)}`}
          </span>
        </>
      ) },
    { key: 'subject', title: t('gaps.subject'), csv: (gap) => gap.subjectName, render: () => null },
    { key: 'state', title: t('gaps.state'), csv: (gap) => t(`gapState.${gap.state}`), sortBy: (gap) => gap.state, render: (gap) => <GapState state={gap.state} /> },
    { key: 'latest', title: t('gaps.latest'), number: true, csv: (gap) => gap.latest.value, sortBy: (gap) => toNumber(gap.latest.value),
      render: (gap) => <><CasesLink question={latest(gap)}>{show(gap, gap.latest.value)}</CasesLink><span className="under">{formatPeriod(gap.latest.period, language)}</span></> },
    { key: 'target', title: t('common.target'), number: true, csv: (gap) => gap.target, render: (gap) => show(gap, gap.target) },
    { key: 'severity', title: t('gaps.short'), number: true, csv: (gap) => shortOf(gap), sortBy: (gap) => toNumber(gap.severity),
      render: (gap) => formatChange(shortOf(gap), definitions.get(gap.measure)?.unit ?? '1', language) },
    { key: 'opened', title: t('gaps.opened'), csv: (gap) => gap.openedOn, sortBy: (gap) => gap.openedOn, render: (gap) => formatDate(gap.openedOn, language) },
    { key: 'owner', title: t('action.owner'), csv: (gap) => ownerName(gap.owner), render: (gap) => ownerName(gap.owner) || none },
    { key: 'actions', title: t('gaps.actions'), number: true, csv: (gap) => gap.actions.filter(isUnderWay).length, sortBy: (gap) => gap.actions.filter(isUnderWay).length,
      render: (gap) => gap.actions.filter(isUnderWay).length },
  ];
  return (
    <section className="panel" aria-label={t('gaps.gaps')}>
      <Answer of={gaps} lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('gaps.none')} icon="check"><p>{t('gaps.noneHow')}</p></Empty>
          ) : (
            <>
              <TableHead note={t('gaps.worstFirst', { count: rows.length })} save={() => downloadCsv(tableCells(columns, rows), t('gaps.gaps'))} />
              <DataTable caption={t('gaps.gaps')} columns={columns.filter((column) => column.key !== 'subject')} rows={rows} rowKey={(gap) => gap.id} cards />
            </>
          )
        }
      </Answer>
    </section>
  );
}

function TableHead({ note, save }: { note: string; save: () => void }) {
  return (
    <div className="panel-head">
      <p className="faint">{note}</p>
      <button type="button" className="tool" onClick={save}>
        <Icon name="download" size={16} />
        CSV
      </button>
    </div>
  );
}

function ActionTable({ withEnded }: { withEnded: boolean }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const actions = useActions(withEnded);
  const columns: Column<Action>[] = [
    { key: 'type', title: t('action.type'), rowHeader: true, csv: (action) => text(action.typeName), sortBy: (action) => text(action.typeName),
      render: (action) => (
        <>
          <Link to={hrefTo(`/gaps/${encodeURIComponent(action.gapId)}`)}>{text(action.typeName)}</Link>
          {action.diseaseGroup && <span className="under">{text(action.diseaseGroupName)}</span>}
        </>
      ) },
    { key: 'owner', title: t('action.owner'), csv: (action) => action.owner, sortBy: (action) => action.owner, render: (action) => action.owner },
    { key: 'status', title: t('action.status'), csv: (action) => t(`actionStatus.${action.status}`), sortBy: (action) => action.status,
      render: (action) => <ActionState status={action.status} overdue={action.overdue} /> },
    { key: 'due', title: t('action.due'), csv: (action) => action.dueOn, sortBy: (action) => action.dueOn, render: (action) => formatDate(action.dueOn, language) },
    { key: 'started', title: t('action.started'), csv: (action) => action.startedOn, sortBy: (action) => action.startedOn, render: (action) => formatDate(action.startedOn, language) },
    { key: 'approved', title: t('action.approvedBy'), csv: (action) => action.approvedBy, render: (action) => action.approvedBy || none },
    { key: 'note', title: t('action.note'), wide: true, csv: (action) => action.note, render: (action) => action.note || none },
  ];
  return (
    <section className="panel" aria-label={t('gaps.actions')}>
      <Answer of={actions} lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('overview.noActions')} icon="clock"><p>{t('overview.noActionsHow')}</p></Empty>
          ) : (
            <>
              <TableHead note={t('gaps.actionCount', { count: rows.length })} save={() => downloadCsv(tableCells(columns, rows), t('gaps.actions'))} />
              <DataTable caption={t('gaps.actions')} columns={columns} rows={rows} rowKey={(action) => action.id} cards />
            </>
          )
        }
      </Answer>
    </section>
  );
}
