// A programme for who answers for it: people from the pool through the stages, where they drop out, who is behind; every number
// opens to the people; the sources and how sure we are of them.
import { useId } from 'react';
import { useCounty } from '../../api/queries';
import { CourseMark, DueBadge, usePersonWords } from '../../care/parts';
import { useFeatures, usePathways, useProgramme, useProgrammePeople, type PeopleQuestion } from '../../care/queries';
import type { Pathway, Programme, ProgrammePerson } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatDate, formatPercent, none } from '../../lib/format';
import { changeSearch, hrefTo, hrefWith, Link, usePlace } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { downloadCsv } from '../../lib/download';
import { Icon } from '../../ui/icons';
import { Panel } from '../../ui/Panel';
import { SideSheet } from '../../ui/SideSheet';
import { MarkBadge, SourceList } from '../../ui/sources';
import { Answer, Empty, Failed, Loading } from '../../ui/states';
import { notEnrolled, onwards, steps } from './programme';

export default function ProgrammesPage() {
  const { t } = useWords();
  const text = useText();
  const { search } = usePlace();
  const features = useFeatures();
  const pathways = usePathways(features?.flow ?? false);
  const { data: county } = useCounty();
  const me = useMe();
  const id = useId();
  if (pathways.isPending) return <Loading lines={8} tall />;
  if (!pathways.data) return <Failed error={pathways.error} retry={() => void pathways.refetch()} />;
  const all = [...pathways.data.pathways].sort((a, b) => a.order - b.order);
  const chosen = all.find((each) => each.id === search.get('pathway')) ?? all[0];
  if (!chosen) return <Empty page title={t('programmes.none')} icon="programme"><p>{t('programmes.noneHow')}</p></Empty>;
  const organization = search.get('org') ?? '';
  const own = (county?.organizations ?? []).filter((each) => ['township', 'community'].includes(each.kind) && (me.wholeCounty || me.organizations.includes(each.code) || me.organizations.includes(each.lead)));
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('nav.programmes')}</h1>
        <div className="page-head-tools">
          <label className="inline-field" htmlFor={`${id}-pathway`}>{t('programmes.programme')}
            <select id={`${id}-pathway`} value={chosen.id} onChange={(event) => changeSearch({ pathway: event.target.value, people: null })}>
              {all.map((each) => <option key={each.id} value={each.id}>{text(each.title)}</option>)}
            </select>
          </label>
          {own.length > 1 && (
            <label className="inline-field" htmlFor={`${id}-org`}>{t('programmes.organization')}
              <select id={`${id}-org`} value={organization} onChange={(event) => changeSearch({ org: event.target.value || null })}>
                <option value="">{t('common.all')}</option>
                {own.map((each) => <option key={each.code} value={each.code}>{each.name}</option>)}
              </select>
            </label>
          )}
        </div>
      </div>
      <One key={chosen.id} pathway={chosen} organization={organization} />
      {search.get('people') !== null && <PeopleSheet question={{ pathway: chosen.id, ...Object.fromEntries(new URLSearchParams(search.get('people') ?? '')) }} pathway={chosen} />}
    </div>
  );
}

const peopleHref = (question: Omit<PeopleQuestion, 'pathway'>): string => hrefWith({ people: new URLSearchParams(Object.entries(question).filter(([, value]) => value) as [string, string][]).toString() || 'pool=enrolled' });

function One({ pathway, organization }: { pathway: Pathway; organization: string }) {
  const { t } = useWords();
  const programme = useProgramme(pathway.id, organization);
  return (
    <>
      <p className="faint programme-facts">
        {t('programmes.edition', { edition: pathway.edition })} {[...new Set(pathway.sources.map((source) => source.mark))].map((mark) => <MarkBadge key={mark} mark={mark} />)}
      </p>
      <Answer of={programme} lines={8} tall>
        {(data) => (
          <>
            <Flow pathway={pathway} programme={data} organization={organization} />
            <Behind programme={data} />
          </>
        )}
      </Answer>
      <Panel title={t('definition.sources')}><SourceList sources={pathway.sources} /></Panel>
    </>
  );
}

// From the pool to the last stage: one bar each, what is lost between two of them in words.
function Flow({ pathway, programme, organization }: { pathway: Pathway; programme: Programme; organization: string }) {
  const { t } = useWords();
  const text = useText();
  const me = useMe();
  const opens = may(me, 'cases');
  const bars = steps(programme, pathway);
  const nameOf = (stage: string): string => {
    const found = pathway.stages.find((each) => each.id === stage);
    return found ? text(found.name) : t('pool.exited');
  };
  const most = Math.max(1, ...bars.map((bar) => bar.people));
  const number = (people: number, question: Omit<PeopleQuestion, 'pathway'>) =>
    opens && people > 0 ? <Link to={peopleHref({ ...question, organization })}>{formatCount(people)}</Link> : <span>{formatCount(people)}</span>;
  return (
    <Panel title={t('programmes.flow')} note={t('programmes.flowNote')}>
      <ol className="funnel">
        {bars.map((bar) => {
          const lost = bar.key === 'enrolled' && bar.part === 'pool' ? notEnrolled(programme) : null;
          return (
            <li key={bar.key} className={`funnel-row funnel-${bar.part}`}>
              <span className="funnel-name">
                {bar.course && <CourseMark course={bar.course} />}
                {bar.part === 'pool' ? t(`pool.${bar.key}`) : text(bar.name)}
              </span>
              <span className="funnel-bar"><span className={`funnel-fill ${bar.course ? `course-fill-${bar.course}` : ''}`} style={{ width: `${(bar.people / most) * 100}%` }} /></span>
              <span className="funnel-number">{number(bar.people, bar.part === 'pool' ? { pool: bar.key } : { stage: bar.key })}</span>
              <span className="funnel-more">
                {lost !== null && lost.people > 0 && <span className="tone-bad">{t('programmes.lost', { count: lost.people, share: formatPercent(lost.share, 0) })}</span>}
                {bar.overdue > 0 && <span>{opens ? <Link className="tone-bad" to={peopleHref({ stage: bar.key, overdue: '1', organization })}>{t('programmes.overdue', { count: bar.overdue })}</Link> : t('programmes.overdue', { count: bar.overdue })}</span>}
                {bar.part === 'stage' && onwards(programme, bar.key).map((each) => <span key={each.to} className="faint">{t('programmes.onwards', { stage: nameOf(each.to), count: each.people })}</span>)}
                {bar.medianDays !== null && <span className="faint">{t('programmes.median', { count: bar.medianDays })}</span>}
              </span>
            </li>
          );
        })}
      </ol>
      {programme.pool.exited > 0 && <p className="faint">{t('pool.exited')} {number(programme.pool.exited, { pool: 'exited' })}</p>}
    </Panel>
  );
}

type Row = Programme['overdueBy'][number];

function Behind({ programme }: { programme: Programme }) {
  const { t } = useWords();
  const me = useMe();
  const opens = may(me, 'cases');
  const share = (row: Row) => (row.people > 0 ? row.overdue / row.people : null);
  const columns: Column<Row>[] = [
    { key: 'name', title: t('programmes.who'), rowHeader: true, csv: (row) => row.name, sortBy: (row) => row.name, render: (row) => <>{row.name}{row.practitioner && <span className="under">{row.practitioner}</span>}</> },
    { key: 'people', title: t('programmes.people'), number: true, csv: (row) => row.people, sortBy: (row) => row.people, render: (row) => formatCount(row.people) },
    { key: 'overdue', title: t('programmes.overdueColumn'), number: true, csv: (row) => row.overdue, sortBy: (row) => row.overdue,
      render: (row) => (opens && row.overdue > 0 ? <Link to={peopleHref({ organization: row.organization, overdue: '1' })}>{formatCount(row.overdue)}</Link> : formatCount(row.overdue)) },
    { key: 'share', title: t('programmes.share'), number: true, csv: (row) => share(row), sortBy: share, render: (row) => (share(row) === null ? none : formatPercent(share(row), 0)) },
  ];
  const rows = [...programme.overdueBy].sort((a, b) => (share(b) ?? 0) - (share(a) ?? 0));
  return (
    <Panel title={t('programmes.behind')} tools={rows.length > 0 && (
      <button type="button" className="tool" onClick={() => downloadCsv(tableCells(columns, rows), t('programmes.behind'))}><Icon name="download" size={16} />CSV</button>
    )}>
      {rows.length === 0 ? <Empty title={t('programmes.nobodyBehind')} icon="check" /> : <DataTable caption={t('programmes.behind')} columns={columns} rows={rows} rowKey={(row) => `${row.organization}${row.practitioner ?? ''}`} cards="tight" />}
    </Panel>
  );
}

function PeopleSheet({ question, pathway }: { question: PeopleQuestion; pathway: Pathway }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const words = usePersonWords();
  const me = useMe();
  const { data: county } = useCounty();
  const people = useProgrammePeople(question);
  const stage = pathway.stages.find((each) => each.id === question.stage);
  const title = [text(pathway.title), stage ? text(stage.name) : question.pool ? t(`pool.${question.pool}`) : '', question.overdue ? t('programmes.overdueColumn') : '',
    county?.organizations.find((each) => each.code === question.organization)?.name ?? ''].filter(Boolean).join(' · ');
  const opens = may(me, 'care');
  const facts = (person: ProgrammePerson) => [person.stageName ? text(person.stageName) : '', person.since ? t('programmes.since', { date: formatDate(person.since, language) }) : ''].filter(Boolean).join(' · ');
  return (
    <SideSheet title={<h2 className="side-sheet-h">{title}</h2>} width={620} onClose={() => changeSearch({ people: null })}>
      <Answer of={people} lines={8}>
        {(data) => data.people.length === 0 ? <Empty title={t('programmes.nobody')} icon="people" /> : (
          <ul className="people" aria-label={title} tabIndex={opens ? undefined : 0}>
            {data.people.map((each) => {
              const row = (
                <>
                  <span className="person-line"><strong className="person-name">{each.patient.name}</strong> <span className="faint">{words(each.patient)}</span>
                    <span className="person-state">{each.due && <DueBadge due={each.due} overdueDays={each.overdueDays ?? 0} />}</span></span>
                  <span className="person-line faint">{[facts(each), each.patient.organizationName].filter(Boolean).join(' · ')}</span>
                </>
              );
              return <li key={each.patient.id} className="person">{opens ? <Link className="person-link" to={hrefTo(`/patients/${encodeURIComponent(each.patient.id)}`)}>{row}</Link> : <span className="person-link">{row}</span>}</li>;
            })}
          </ul>
        )}
      </Answer>
    </SideSheet>
  );
}
