// Who did or saw what, newest first, and the daily seals over it. For whose duty it is; the server refuses everybody else.
import { useState, type FormEvent } from 'react';
import { useAccounts } from '../../api/queries';
import { useLanguage, useWords } from '../../i18n';
import { downloadBlob, downloadCsv } from '../../lib/download';
import { formatCount, formatInstant, none } from '../../lib/format';
import { changeSearch, hrefTo, Link, usePlace } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { Answer, Empty, Failed, Loading } from '../../ui/states';
import { asked, deedOf, isDay, questionOf, sealLines, useAudit, useSeals, verbs, type AuditNote, type AuditSeal, type Question } from './audit';

export default function AuditPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const question = questionOf(search);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('audit.title')}</h1>
        <Link className="tool" to={hrefTo('/emergencies')}><Icon name="eye" size={16} />{t('emergency.reviewTitle')}</Link>
      </div>
      <p className="lead">{t('audit.lead')}</p>
      <section className="panel" aria-label={t('audit.title')}>
        <Filters key={search.toString()} question={question} />
        <Notes question={question} />
      </section>
      <Seals />
    </div>
  );
}

function Filters({ question }: { question: Question }) {
  const { t } = useWords();
  const accounts = useAccounts(may(useMe(), 'accounts'));
  const [wanted, setWanted] = useState(question);
  const [fault, setFault] = useState('');
  const change = (name: keyof Question, value: string) => setWanted((old) => ({ ...old, [name]: value }));
  const ask = (event: FormEvent) => {
    event.preventDefault();
    const wrong = (['from', 'to'] as const).some((name) => wanted[name] && !isDay(wanted[name]));
    const turned = wanted.from && wanted.to && wanted.from > wanted.to;
    setFault(wrong ? t('audit.badDay') : turned ? t('audit.daysTurned') : '');
    if (!wrong && !turned) changeSearch(Object.fromEntries(asked.map((name) => [name, wanted[name]?.trim() || null])));
  };
  const field = (name: 'from' | 'to' | 'text', type: string) => (
    <label className="inline-field">
      <span>{t(`audit.${name}`)}</span>
      <input className="text-input" type={type} value={wanted[name] ?? ''} onChange={(event) => change(name, event.target.value)} />
    </label>
  );
  return (
    <form className="filters audit-filters" onSubmit={ask} role="search">
      <label className="inline-field">
        <span>{t('audit.user')}</span>
        <input className="text-input" list="audit-users" value={wanted.user ?? ''} autoComplete="off" onChange={(event) => change('user', event.target.value)} />
        <datalist id="audit-users">{accounts.data?.map((each) => <option key={each.user} value={each.user}>{each.name}</option>)}</datalist>
      </label>
      <label className="inline-field">
        <span>{t('audit.verb')}</span>
        <select className="text-input" value={wanted.verb ?? ''} onChange={(event) => change('verb', event.target.value)}>
          <option value="">{t('audit.anything')}</option>
          {verbs.map((verb) => <option key={verb} value={verb}>{t(`auditVerb.${verb}`)}</option>)}
        </select>
      </label>
      {field('from', 'date')}
      {field('to', 'date')}
      {field('text', 'search')}
      <button type="submit" className="tool tool-strong"><Icon name="search" size={16} />{t('audit.ask')}</button>
      {Object.keys(question).length > 0 && (
        <button type="button" className="tool" onClick={() => changeSearch(Object.fromEntries(asked.map((name) => [name, null])))}>{t('audit.all')}</button>
      )}
      {fault && <p className="field-fault" role="alert">{fault}</p>}
    </form>
  );
}

function useColumns(): Column<AuditNote>[] {
  const { t } = useWords();
  const language = useLanguage();
  const verb = (note: AuditNote) => {
    const done = deedOf(note);
    if (done) return t(`auditDeed.${done.deed}`);
    return ((verbs as readonly string[]).includes(note.verb) ? t(`auditVerb.${note.verb}`) : note.verb);
  };
  const origin = (note: AuditNote) => (note.origin === 'command-line' ? t('audit.commandLine') : note.origin === 'system' ? '' : note.origin);
  return [
    { key: 'at', title: t('audit.at'), rowHeader: true, render: (note) => formatInstant(note.at, language), csv: (note) => note.at },
    { key: 'who', title: t('audit.who'), csv: (note) => note.user,
      render: (note) => (
        <>
          {note.user === 'system' ? t('audit.program') : note.name || note.user}
          {note.purpose === 'BTG' && <span className="badge emergency-badge">{t('emergency.badge')}</span>}
          {note.purpose.startsWith('UNMASK ') && <span className="badge">{t('unmask.badge')}</span>}
          <span className="under">{[note.purpose.startsWith('UNMASK ') ? note.purpose.slice('UNMASK '.length) : '', note.user === 'system' ? note.purpose : note.role === 'system' ? '' : t(`role.${note.role}`), origin(note)].filter(Boolean).join(' · ')}</span>
        </>
      ) },
    { key: 'verb', title: t('audit.verb'), render: verb, csv: (note) => note.verb },
    { key: 'what', title: t('audit.what'), wide: true, csv: (note) => `${note.type} ${note.what}`,
      render: (note) => (
        <>
          <span className="audit-what">{deedOf(note) ? deedOf(note)?.to || none : note.what || none}</span>
          {note.type !== '*' && !deedOf(note) && <span className="under">{note.type}</span>}
        </>
      ) },
    { key: 'rows', title: t('audit.rows'), number: true, render: (note) => formatCount(note.rows), csv: (note) => note.rows },
  ];
}

function Notes({ question }: { question: Question }) {
  const { t } = useWords();
  const columns = useColumns();
  const answer = useAudit(question);
  if (answer.isPending) return <Loading lines={8} tall />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const notes = answer.data.pages.flatMap((page) => page.notes);
  const looked = answer.data.pages.reduce((sum, page) => sum + page.looked, 0);
  const toCsv: Column<AuditNote>[] = [
    { key: 'number', title: t('audit.number'), render: () => null, csv: (note) => note.number }, ...columns,
    { key: 'origin', title: t('audit.origin'), render: () => null, csv: (note) => note.origin },
    { key: 'role', title: t('accounts.role'), render: () => null, csv: (note) => note.role },
    { key: 'purpose', title: t('audit.purpose'), render: () => null, csv: (note) => note.purpose },
  ];
  return (
    <>
      <div className="panel-head">
        <p className="faint" aria-live="polite">{t('audit.count', { count: notes.length, shown: formatCount(notes.length), looked: formatCount(looked) })}</p>
        {notes.length > 0 && (
          <button type="button" className="tool no-print" onClick={() => downloadCsv(tableCells(toCsv, notes), t('audit.title'))}>
            <Icon name="download" size={16} />{t('audit.download')}
          </button>
        )}
      </div>
      {notes.length === 0 && !answer.hasNextPage
        ? <Empty title={t('audit.none')} icon="check" />
        : <DataTable caption={t('audit.title')} columns={columns} rows={notes} rowKey={(note) => String(note.number)} cards />}
      {answer.hasNextPage && (
        <button type="button" className="tool tool-big no-print" disabled={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
          {answer.isFetchingNextPage ? t('audit.looking') : t('audit.older')}
        </button>
      )}
    </>
  );
}

function Seals() {
  const { t } = useWords();
  const seals = useSeals();
  return (
    <section className="panel" aria-label={t('audit.seals')}>
      <h2>{t('audit.seals')}</h2>
      <p className="faint">{t('audit.sealsHow')}</p>
      <Answer of={seals} lines={2}>{(list) => <SealList seals={list} />}</Answer>
    </section>
  );
}

function SealList({ seals }: { seals: AuditSeal[] }) {
  const { t } = useWords();
  const language = useLanguage();
  if (seals.length === 0) return <p>{t('audit.noSeals')}</p>;
  const last = seals[seals.length - 1];
  return (
    <div className="panel-head">
      <p>{t('audit.lastSeal', { day: last.day, number: formatCount(last.number), at: formatInstant(last.at, language), count: seals.length })}</p>
      <button type="button" className="tool no-print" onClick={() => downloadBlob(new Blob([sealLines(seals)], { type: 'text/plain;charset=utf-8' }), `audit-seals-${last.day}.txt`)}>
        <Icon name="download" size={16} />{t('audit.downloadSeals')}
      </button>
    </div>
  );
}
