// The rows behind a number, each judged, each opening to its record.
import { useState } from 'react';
import { casesPath, useCases, useCounty, type CasesQuestion } from '../../api/queries';
import type { Case, Judgement } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatPeriod, formatValue, none } from '../../lib/format';
import { encodeCases, recordHref } from '../../router/places';
import { changeSearch, Link } from '../../router/router';
import { DataTable, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { useDefinitions, useNames } from '../../ui/names';
import { Pages } from '../../ui/Pages';
import { SideSheet } from '../../ui/SideSheet';
import { Answer, Empty } from '../../ui/states';

const pageSize = 50;
const judgements: Judgement[] = ['met', 'not_met', 'missing', 'conflicting'];

export default function CasesDrawer({ question }: { question: CasesQuestion }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const names = useNames();
  const definition = useDefinitions().get(question.measure);
  const { data: county } = useCounty();
  const title = definition ? text(definition.name) : question.measure;
  const key = encodeCases(question);
  const change = (part: Partial<CasesQuestion>) => changeSearch({ cases: encodeCases({ ...question, ...part }) }, { replace: true });
  const filters: [string, string][] = [];
  // The county's own row of a hospital measure is asked for by the county's code.
  const orgWords = question.org && question.org === county?.code ? 'county' : 'org';
  if (question.org) filters.push(['org', names.organization(question.org)]);
  if (question.institution) filters.push(['institution', names.organization(question.institution)]);
  if (question.diseaseGroup) filters.push(['diseaseGroup', names.diseaseGroup(question.diseaseGroup)]);
  if (question.destination) filters.push(['destination', names.destination(question.destination)]);
  return (
    <SideSheet
      width={1040}
      onClose={() => changeSearch({ cases: null, record: null })}
      title={<h2 className="side-sheet-h">{t('cases.title', { name: title, period: formatPeriod(question.period, language) })}</h2>}
    >
      <div className="filters">
        {filters.map(([name, words]) => (
          <span key={name} className="chip">
            {t('cases.filter', { name: t(`cases.${name === 'org' ? orgWords : name}`), words })}
            <button type="button" aria-label={t('cases.without', { words })} onClick={() => change({ [name]: undefined })}>
              <Icon name="close" size={12} />
            </button>
          </span>
        ))}
        <label className="inline-field">
          {t('cases.judgement')}
          <select value={question.judgement ?? ''} onChange={(event) => change({ judgement: event.target.value || undefined })}>
            <option value="">{t('common.any')}</option>
            {judgements.map((judgement) => <option key={judgement} value={judgement}>{t(`judgement.${judgement}`)}</option>)}
          </select>
        </label>
        <a className="tool" href={casesPath(question, { format: 'csv' })} download>
          <Icon name="download" size={16} />
          CSV
        </a>
      </div>
      <CaseList key={key} question={question} unit={definition?.unit ?? '1'} caption={title} />
    </SideSheet>
  );
}

function CaseList({ question, unit, caption }: { question: CasesQuestion; unit: string; caption: string }) {
  const { t } = useWords();
  const language = useLanguage();
  const names = useNames();
  const [offset, setOffset] = useState(0);
  const cases = useCases(question, offset, pageSize);
  // A share's parts are counts or money; nothing is gained by showing "1" in every row.
  const part = (value: string | null) => (value === null ? none : unit === 'CNY' || Number(value) > 1 ? formatValue(value, 'CNY', language) : formatCount(value));
  const partColumns = (): Column<Case>[] => [
    { key: 'numerator', title: t('definition.numerator'), number: true, render: (one) => part(one.numerator) },
    { key: 'denominator', title: t('definition.denominator'), number: true, render: (one) => part(one.denominator) },
  ];
  const isPlain = (one: Case) => [one.numerator, one.denominator].every((value) => value === null || value === '' || ['0', '1'].includes(value));
  // 0 or 1 of 1 says no more than the judgement beside it.
  const withParts = (cases.data?.cases ?? []).some((one) => !isPlain(one));
  const columns: Column<Case>[] = [
    { key: 'date', title: t('cases.date'), rowHeader: true, render: (one) => <Link to={recordHref(one.type, one.key)}>{one.onDate}</Link> },
    { key: 'institution', title: t('cases.institution'), wide: true, render: (one) => one.institutionName || names.organization(one.institution) },
    { key: 'disease', title: t('cases.disease'), wide: true,
      render: (one) => <>{one.diseaseName || none} <span className="faint">{one.diseaseCode}</span></> },
    { key: 'group', title: t('common.diseaseGroup'), wide: true, render: (one) => names.diseaseGroup(one.diseaseGroup) },
    { key: 'destination', title: t('common.destination'), render: (one) => (one.destination ? names.destination(one.destination) : none) },
    ...(withParts ? partColumns() : []),
    { key: 'judgement', title: t('cases.judgement'), render: (one) => <span className={`badge judgement-${one.judgement}`}>{t(`judgement.${one.judgement}`)}</span> },
  ];
  return (
    <Answer of={cases} lines={10}>
      {(data) =>
        data.cases.length === 0 ? (
          <Empty title={t('cases.none')} />
        ) : (
          <>
            <p className="list-count">{t('cases.total', { count: data.total, shown: formatCount(data.total) })} <span className="faint">{t('app.asOf', { asOf: data.asOf })}</span></p>
            <DataTable caption={caption} columns={columns} rows={data.cases} rowKey={(one) => `${one.type}/${one.key}`} cards />
            <Pages offset={offset} size={pageSize} total={data.total} change={setOffset} />
          </>
        )
      }
    </Answer>
  );
}
