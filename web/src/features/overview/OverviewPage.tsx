// County at a glance: how many are treated at home, what leaves and where to, what falls short, what is being done.
import type { Overview } from '../../api/types';
import { useOverview } from '../../api/queries';
import { usePeriod } from '../../app/period';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate, formatPeriod, formatValue } from '../../lib/format';
import { hrefTo, Link } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { ActionState, GapState } from '../../ui/badges';
import { DataTable, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { useDefinitions } from '../../ui/names';
import { Panel } from '../../ui/Panel';
import { Answer, Empty } from '../../ui/states';
import { FlowPanel } from './FlowPanel';
import { OutcomeCard } from './OutcomeCard';

export default function OverviewPage() {
  const { t } = useWords();
  const language = useLanguage();
  const period = usePeriod() ?? '';
  const overview = useOverview(period, period !== '');
  return (
    <div className="page">
      <div className="page-head">
        <h1>{overview.data?.scope === 'own' ? t('overview.ownTitle') : t('overview.title')}<span className="page-period">{formatPeriod(period, language)}</span></h1>
        <button type="button" className="tool no-print" onClick={() => window.print()}>
          <Icon name="print" size={16} />
          {t('common.print')}
        </button>
      </div>
      <Answer of={overview} lines={8} tall>{(data) => <Content overview={data} />}</Answer>
    </div>
  );
}

function Content({ overview }: { overview: Overview }) {
  const { t } = useWords();
  const me = useMe();
  if (overview.scope === 'own') {
    return (
      <>
        <p className="hint">{t('overview.ownOnly')} <Link to={hrefTo('/measures')}>{t('overview.toMeasures')}</Link></p>
        <WorstGaps overview={overview} />
        <ActionsUnderWay overview={overview} />
      </>
    );
  }
  // Who may see numbers but no gaps (a viewer) gets the picture in full width.
  const withGaps = may(me, 'cases');
  return (
    <>
      <section className="cards" aria-label={t('overview.outcomes')}>
        {overview.cards.map((card) => <OutcomeCard key={card.measure} card={card} period={overview.period} />)}
      </section>
      {withGaps ? (
        <div className="columns columns-wide-first">
          <FlowPanel overview={overview} />
          <WorstGaps overview={overview} />
        </div>
      ) : (
        <FlowPanel overview={overview} />
      )}
      {withGaps && <ActionsUnderWay overview={overview} />}
    </>
  );
}

function WorstGaps({ overview }: { overview: Overview }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const definitions = useDefinitions();
  return (
    <Panel title={t('overview.worstGaps')} tools={<Link to={hrefTo('/gaps')}>{t('common.all')}</Link>}>
      {overview.gaps.length === 0 ? (
        <Empty title={t('gaps.none')} icon="check" />
      ) : (
        <ol className="gap-list">
          {overview.gaps.map((gap) => {
            const unit = definitions.get(gap.measure)?.unit ?? '1';
            return (
              <li key={gap.id}>
                <Link to={hrefTo(`/gaps/${encodeURIComponent(gap.id)}`)} className="gap-item">
                  <span className="gap-item-head">
                    <strong>{text(gap.measureName)}</strong>
                    <GapState state={gap.state} />
                  </span>
                  <span className="gap-item-subject">
                    {gap.subjectName}
                    {gap.diseaseGroup && ` · ${text(gap.diseaseGroupName)}`}
                  </span>
                  <span className="gap-item-values">
                    <span className="figure">{formatValue(gap.latest.value, unit, language)}</span>
                    <span className="faint">{t('common.targetIs', { value: formatValue(gap.target, unit, language) })}</span>
                  </span>
                </Link>
              </li>
            );
          })}
        </ol>
      )}
    </Panel>
  );
}

function ActionsUnderWay({ overview }: { overview: Overview }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const columns: Column<Overview['actions'][number]>[] = [
    { key: 'type', title: t('action.type'), rowHeader: true,
      render: (action) => (
        <Link to={hrefTo(`/gaps/${encodeURIComponent(action.gapId)}`)}>
          {text(action.typeName)}
          {action.diseaseGroup && ` · ${text(action.diseaseGroupName)}`}
        </Link>
      ) },
    { key: 'owner', title: t('action.owner'), render: (action) => action.owner, sortBy: (action) => action.owner },
    { key: 'due', title: t('action.due'), render: (action) => formatDate(action.dueOn, language), sortBy: (action) => action.dueOn },
    { key: 'status', title: t('action.status'), render: (action) => <ActionState status={action.status} overdue={action.overdue} />, sortBy: (action) => action.status },
    { key: 'note', title: t('action.note'), wide: true, render: (action) => action.note },
  ];
  return (
    <Panel title={t('overview.actions')} tools={<Link to={hrefTo('/gaps', { tab: 'actions' })}>{t('common.all')}</Link>}>
      {overview.actions.length === 0 ? (
        <Empty title={t('overview.noActions')} icon="clock"><p>{t('overview.noActionsHow')}</p></Empty>
      ) : (
        <DataTable caption={t('overview.actions')} columns={columns} rows={overview.actions} rowKey={(action) => action.id} cards />
      )}
    </Panel>
  );
}
