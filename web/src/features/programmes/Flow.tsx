// From the pool to the last stage: one bar each; between two stages, who went on and who left by which exit, in words.
import { CourseMark } from '../../care/parts';
import type { Pathway, Programme } from '../../care/types';
import { useText, useWords } from '../../i18n';
import { formatCount, formatPercent } from '../../lib/format';
import { Link } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { Panel } from '../../ui/Panel';
import { bars, leaving, notEnrolled, onwards, type Bar } from './programme';
import { peopleHref, type Asked } from './question';

interface FlowProps {
  pathway: Pathway;
  programme: Programme;
  organization: string;
}

export function Flow({ pathway, programme, organization }: FlowProps) {
  const { t } = useWords();
  const text = useText();
  const opens = may(useMe(), 'cases');
  const all = bars(programme);
  const most = Math.max(1, ...all.map((bar) => bar.people));
  const number = (people: number, asked: Asked) =>
    opens && people > 0 ? <Link to={peopleHref({ ...asked, organization })}>{formatCount(people)}</Link> : <span>{formatCount(people)}</span>;
  const overdue = (bar: Bar) => {
    const words = t('programmes.overdue', { count: bar.overdue, shown: formatCount(bar.overdue) });
    return opens ? <Link className="tone-bad" to={peopleHref({ stage: bar.key, overdue: '1', organization })}>{words}</Link> : <span className="tone-bad">{words}</span>;
  };
  const waiting = (lost: { people: number; share: number }) => {
    const words = t('programmes.lost', { count: lost.people, shown: formatCount(lost.people), share: formatPercent(lost.share, 0) });
    return opens ? <Link className="tone-bad" to={peopleHref({ pool: 'waiting', organization })}>{words}</Link> : <span className="tone-bad">{words}</span>;
  };
  return (
    <Panel title={t('programmes.flow')} note={t('programmes.flowNote')}>
      <ol className="funnel">
        {all.map((bar) => {
          const lost = bar.key === 'enrolled' && bar.part === 'pool' ? notEnrolled(programme) : null;
          return (
            <li key={bar.key} className={`funnel-row funnel-${bar.part}`}>
              <span className="funnel-name">
                {bar.course && <CourseMark course={bar.course} />}
                {bar.part === 'pool' ? t(`pool.${bar.key}`) : text(bar.name)}
              </span>
              <span className="funnel-bar"><span className={`funnel-fill ${bar.course ? `course-fill-${bar.course}` : ''}`} style={{ width: `${(bar.people / most) * 100}%`, minWidth: bar.people > 0 ? 2 : 0 }} /></span>
              <span className="funnel-number">{number(bar.people, bar.part === 'pool' ? { pool: bar.key } : { stage: bar.key })}</span>
              <span className="funnel-more">
                {lost !== null && waiting(lost)}
                {bar.overdue > 0 && overdue(bar)}
                {bar.medianDays !== null && <span className="faint">{t('programmes.median', { count: bar.medianDays })}</span>}
              </span>
              {bar.part === 'stage' && <Between pathway={pathway} programme={programme} stage={bar.key} />}
            </li>
          );
        })}
      </ol>
      {programme.pool.exited > 0 && <p className="funnel-exited faint">{t('pool.exited')} {number(programme.pool.exited, { pool: 'exited' })}</p>}
    </Panel>
  );
}

function Between({ pathway, programme, stage }: { pathway: Pathway; programme: Programme; stage: string }) {
  const { t } = useWords();
  const text = useText();
  const on = onwards(programme, stage);
  const left = leaving(programme, stage, pathway.exits.map((each) => each.id));
  if (on.length === 0 && !left) return null;
  const stageName = (id: string): string => text(programme.stages.find((each) => each.stage === id)?.name) || id;
  const exitName = (reason: string): string => text(pathway.exits.find((each) => each.id === reason)?.name) || t('common.other');
  return (
    <span className="funnel-between">
      {on.map((each) => <span key={each.to}>{t('programmes.onwards', { stage: stageName(each.to), count: each.people, shown: formatCount(each.people) })}</span>)}
      {left && (
        <span className="funnel-left">
          {t('programmes.left', {
            count: left.people, shown: formatCount(left.people), share: formatPercent(left.share, 0),
            reasons: left.by.map((each) => t('programmes.leftBy', { exit: exitName(each.reason), shown: formatCount(each.people) })).join(t('programmes.and')),
          })}
        </span>
      )}
    </span>
  );
}
