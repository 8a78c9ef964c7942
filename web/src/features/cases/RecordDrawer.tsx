// One record: a hospital stay with its diagnoses and operations, or an insurance settlement; below, the record as it is kept.
import { useCaseRecord } from '../../api/queries';
import type { CaseRecord, FhirResource } from '../../api/types';
import { Unmask } from '../../care/Unmask';
import { useLanguage, useWords } from '../../i18n';
import { formatDate, formatDays, formatExactMoney, none } from '../../lib/format';
import { changeSearch } from '../../router/router';
import { DataTable, type Column } from '../../ui/DataTable';
import { useNames } from '../../ui/names';
import { SideSheet } from '../../ui/SideSheet';
import { Answer } from '../../ui/states';
import { asFields, asList, asText, byType, careOf, concept, dayOf, extension, extensionValue, furtherFields, maskIdCard, money } from './fhir';

type Fact = [string, string | null | undefined];

export default function RecordDrawer({ type, id }: { type: string; id: string }) {
  const { t } = useWords();
  const record = useCaseRecord(type, id);
  const title = type === 'Encounter' ? t('record.stay') : t('record.settlement');
  return (
    <SideSheet title={<h2 className="side-sheet-h">{title}</h2>} width={760} onClose={() => changeSearch({ record: null })}>
      <p className="faint record-key">{id}</p>
      <Answer of={record} lines={8}>{(data) => <Record record={data} />}</Answer>
    </SideSheet>
  );
}

function Record({ record }: { record: CaseRecord }) {
  const { t } = useWords();
  const { resources } = record;
  const benefits = byType(resources, 'ExplanationOfBenefit');
  return (
    <>
      {byType(resources, 'Encounter').map((encounter, index) => <Stay key={index} encounter={encounter} />)}
      {benefits.map((benefit, index) => <Settlement key={index} benefit={benefit} />)}
      {byType(resources, 'Patient').map((patient, index) => <Person key={index} patient={patient} />)}
      <Diagnoses conditions={byType(resources, 'Condition')} />
      <Operations procedures={byType(resources, 'Procedure')} />
      <h3>{t('record.asKept')}</h3>
      {resources.map((resource, index) => (
        <details className="code-box" key={index}>
          <summary>{resource.resourceType}{resource.id ? ` / ${resource.id}` : ''}</summary>
          <pre tabIndex={0}>{JSON.stringify(resource, null, 2)}</pre>
        </details>
      ))}
    </>
  );
}

function Facts({ title, facts }: { title: string; facts: Fact[] }) {
  const known = facts.filter(([, words]) => words);
  if (known.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl className="facts facts-two">
        {known.map(([label, words], index) => (
          <div key={index}>
            <dt>{label}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Stay({ encounter }: { encounter: FhirResource }) {
  const { t, i18n } = useWords();
  const language = useLanguage();
  const names = useNames();
  const period = asFields(encounter.period);
  const hospitalization = asFields(encounter.hospitalization);
  const provider = asFields(encounter.serviceProvider);
  const code = asText(provider.reference).replace(/^Organization\//, '');
  const coded = (family: string, value: unknown): string => {
    const { code: number, display } = concept(value);
    const key = `${family}.${number}`;
    return display || (i18n.exists(key) ? t(key) : number);
  };
  const money_ = (name: string) => {
    const found = money(extension(encounter, name)?.valueMoney);
    return found === null ? null : formatExactMoney(found, language);
  };
  const level = extensionValue(encounter, 'operation-level-maximum');
  const reason = concept(asList(encounter.reasonCode)[0]);
  return (
    <>
      <Facts
        title={t('record.stay')}
        facts={[
          [t('cases.institution'), asText(provider.display) || names.organization(code)],
          [t('record.principal'), [reason.display, reason.code].filter(Boolean).join(' ')],
          [t('record.in'), formatDate(dayOf(period.start), language)],
          [t('record.out'), formatDate(dayOf(period.end), language)],
          [t('record.days'), formatDays(asText(asFields(encounter.length).value), language)],
          [t('record.admission'), coded('rc026', hospitalization.admitSource)],
          [t('record.disposition'), coded('rc019', hospitalization.dischargeDisposition)],
          [t('record.cost'), money_('total-cost')],
          [t('record.selfPaid'), money_('self-paid')],
          [t('record.operationLevel'), level && t('record.level', { level })],
        ]}
      />
      <FurtherFields fields={furtherFields(encounter)} />
    </>
  );
}

function FurtherFields({ fields }: { fields: [string, string][] }) {
  const { t } = useWords();
  if (fields.length === 0) return null;
  return (
    <details className="code-box">
      <summary>{t('record.further', { count: fields.length })}</summary>
      <dl className="facts facts-two">
        {fields.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Person({ patient }: { patient: FhirResource }) {
  const { t } = useWords();
  const isMasked = asList(asFields(patient.meta).security).some((each) => asText(asFields(each).code) === 'MASKED');
  const language = useLanguage();
  const gender = asText(patient.gender);
  const identifiers = asList(patient.identifier).map((each) => {
    const fields = asFields(each);
    const isIdCard = asText(fields.system).endsWith('id-card');
    return isIdCard ? maskIdCard(asText(fields.value)) : asText(fields.value);
  });
  return (
    <>
      <Facts
        title={t('record.person')}
        facts={[
          [t('record.name'), asText(asFields(asList(patient.name)[0]).text)],
          [t('record.gender'), ['male', 'female'].includes(gender) ? t(`gender.${gender}`) : gender && t('gender.unknown')],
          [t('record.birth'), formatDate(asText(patient.birthDate), language).replace(none, '')],
          [t('record.identifiers'), identifiers.filter(Boolean).join(' · ')],
        ]}
      />
      {isMasked && patient.id && <Unmask key={patient.id} patient={patient.id} />}
    </>
  );
}

function Diagnoses({ conditions }: { conditions: FhirResource[] }) {
  const { t, i18n } = useWords();
  const onAdmission = (code: string) => (i18n.exists(`rc027.${code}`) ? t(`rc027.${code}`) : code);
  if (conditions.length === 0) return null;
  const columns: Column<FhirResource>[] = [
    { key: 'name', title: t('record.diagnosis'), rowHeader: true, render: (condition) => concept(condition.code).display || none },
    { key: 'code', title: t('record.code'), render: (condition) => <code>{concept(condition.code).code}</code> },
    { key: 'on', title: t('record.onAdmission'), render: (condition) => onAdmission(extensionValue(condition, 'present-on-admission')) || none },
  ];
  return (
    <section>
      <h3>{t('record.diagnoses')}</h3>
      <DataTable caption={t('record.diagnoses')} columns={columns} rows={conditions} rowKey={(condition) => condition.id ?? ''} />
    </section>
  );
}

function Operations({ procedures }: { procedures: FhirResource[] }) {
  const { t } = useWords();
  const language = useLanguage();
  if (procedures.length === 0) return null;
  const columns: Column<FhirResource>[] = [
    { key: 'name', title: t('record.operation'), rowHeader: true, render: (procedure) => concept(procedure.code).display || none },
    { key: 'code', title: t('record.code'), render: (procedure) => <code>{concept(procedure.code).code}</code> },
    { key: 'date', title: t('cases.date'), render: (procedure) => formatDate(dayOf(procedure.performedDateTime), language) },
    { key: 'level', title: t('record.operationLevel'),
      render: (procedure) => extensionValue(procedure, 'operation-level') || extensionValue(procedure, 'operation-level-text') || none },
  ];
  return (
    <section>
      <h3>{t('record.operations')}</h3>
      <DataTable caption={t('record.operations')} columns={columns} rows={procedures} rowKey={(procedure) => procedure.id ?? ''} />
    </section>
  );
}

function Settlement({ benefit }: { benefit: FhirResource }) {
  const { t } = useWords();
  const language = useLanguage();
  const names = useNames();
  const period = asFields(benefit.billablePeriod);
  const provider = asFields(benefit.provider);
  const facility = asFields(benefit.facility);
  const where = asText(provider.display) || asText(facility.display) || names.organization(asText(provider.reference).replace(/^Organization\//, ''));
  const diagnosis = concept(asFields(asList(benefit.diagnosis)[0]).diagnosisCodeableConcept);
  const medicalType = extensionValue(benefit, 'medical-type');
  const care = careOf(medicalType);
  const totals: Fact[] = asList(benefit.total).map((each) => {
    const fields = asFields(each);
    const category = concept(fields.category);
    return [category.display || t(`total.${category.code}`, { defaultValue: category.code }), formatExactMoney(money(fields.amount), language)];
  });
  return (
    <Facts
      title={t('record.settlement')}
      facts={[
        [t('cases.institution'), where],
        [t('record.kind'), care ? t('record.care', { care: t(`medicalCare.${care}`), code: medicalType }) : medicalType],
        [t('record.in'), formatDate(dayOf(period.start), language).replace(none, '')],
        [t('record.out'), formatDate(dayOf(period.end), language)],
        [t('record.principal'), [diagnosis.display, diagnosis.code].filter(Boolean).join(' ')],
        [t('record.person'), asText(asFields(benefit.patient).display) || asText(asFields(asFields(benefit.patient).identifier).value)],
        ...totals,
      ]}
    />
  );
}
