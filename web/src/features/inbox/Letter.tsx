// 双向转诊单 / 回转单 on paper: the fields of the sheet that institutions file, only for printing.
import { usePersonWords } from '../../care/parts';
import type { Referral } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate, formatInstant } from '../../lib/format';

export function Letter({ referral }: { referral: Referral }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const words = usePersonWords();
  const { patient, from, to } = referral;
  const back = referral.direction === 'down' || referral.results.length > 0 || referral.plan !== null;
  const row = (label: string, value: string | null | undefined) => <div className="letter-row"><dt>{label}</dt><dd>{value || ' '}</dd></div>;
  return (
    <article className="letter" aria-hidden="true">
      <h1>{back ? t('letter.backTitle') : t('letter.title')}</h1>
      <p className="letter-number">{t('letter.number')} {referral.id}</p>
      <dl className="letter-grid">
        {row(t('record.name'), patient.name)}
        {row(t('letter.sexAge'), words(patient))}
        {row(t('letter.recordNumber'), patient.idNumber)}
        {row(t('newPerson.phone'), patient.phone)}
      </dl>
      <dl>{row(t('newPerson.address'), patient.address)}</dl>
      <dl className="letter-grid">
        {row(t('referral.from'), [from.name, from.department].filter(Boolean).join(' '))}
        {row(t('referral.to'), [to.name || t('referral.noReceiver'), to.department].filter(Boolean).join(' '))}
        {row(t('refer.urgency'), t(`urgency.${referral.urgency}`))}
        {row(t('letter.date'), formatDate(referral.sentAt, language))}
      </dl>
      <dl className="letter-text">
        {row(t('letter.impression'), text(referral.criterionText))}
        {row(t('letter.reason'), referral.reason)}
        {row(t('letter.historyAndCare'), referral.summary)}
        {back && row(t('letter.results'), referral.results.map((each) => [typeof each.title === 'string' ? each.title : text(each.title), each.text].filter(Boolean).join('：')).join('\n'))}
        {back && row(t('letter.plan'), referral.plan ? [referral.plan.text, referral.plan.nextDate && `${t('referral.nextDate')} ${formatDate(referral.plan.nextDate, language)}`].filter(Boolean).join('\n') : '')}
        {referral.slot && row(t('referral.slot'), [referral.slot.start && formatInstant(referral.slot.start, language), referral.slot.department, referral.slot.bed].filter(Boolean).join(' '))}
      </dl>
      <dl className="letter-grid letter-sign">
        {row(t('letter.doctor'), from.practitioner)}
        {row(t('letter.doctorPhone'), from.phone)}
        {row(t('letter.institution'), from.name)}
        {row(t('letter.stamp'), '')}
      </dl>
    </article>
  );
}
