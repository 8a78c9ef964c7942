// All measures at once, or some of them month by month. The link says which.
import { useMeasures } from '../../api/queries';
import { usePeriod } from '../../app/period';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatPeriod } from '../../lib/format';
import { changeSearch, hrefTo, Link, usePlace } from '../../router/router';
import { Choice } from '../../ui/Choice';
import { Icon } from '../../ui/icons';
import { Answer, Empty } from '../../ui/states';
import { useCounty } from '../../api/queries';
import { AllMeasures } from './AllMeasures';
import { MeasurePicker } from './MeasurePicker';
import { MeasureSheet } from './MeasureSheet';
import type { Split } from './sheet';

const splits: Split[] = ['', 'org', 'disease-group', 'destination'];

export default function MeasuresPage() {
  const { t } = useWords();
  const language = useLanguage();
  const text = useText();
  const { search } = usePlace();
  const period = usePeriod() ?? '';
  const measures = useMeasures();
  const { data: county } = useCounty();
  const chosen = (search.get('m') ?? '').split(',').filter(Boolean);
  const org = search.get('org') ?? '';
  const split = splits.find((each) => each === search.get('split')) ?? '';
  const columns = search.get('cols') === 'year' ? 'year' : 'month';
  const hospitals = (county?.organizations ?? []).filter((organization) => ['county-general', 'county-tcm', 'county-mch', 'community', 'township'].includes(organization.kind));

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('measures.title')}<span className="page-period">{formatPeriod(period, language)}</span></h1>
      </div>
      <Answer of={measures} lines={8} tall>
        {(definitions) => {
          const shown = chosen.map((id) => definitions.find((each) => each.id === id)).filter((each) => each !== undefined);
          const withCounty = shown.some((each) => each.subject === 'county');
          return (
            <>
              <div className="filters" role="group" aria-label={t('measures.filters')}>
                <MeasurePicker definitions={definitions} chosen={chosen} change={(ids) => changeSearch({ m: ids.join(',') })} />
                {shown.length > 0 && (
                  <>
                    <Choice label={t('measures.columns')} value={columns} options={[['month', t('measures.byMonth')], ['year', t('measures.byYear')]]}
                      onChange={(value) => changeSearch({ cols: value === 'month' ? null : value }, { replace: true })} />
                    <label className="inline-field">
                      {t('measures.hospital')}
                      <select value={org} onChange={(event) => changeSearch({ org: event.target.value }, { replace: true })}>
                        <option value="">{t('common.any')}</option>
                        {hospitals.map((hospital) => <option key={hospital.code} value={hospital.code}>{hospital.name}</option>)}
                      </select>
                    </label>
                    <label className="inline-field">
                      {t('measures.split')}
                      <select value={split} onChange={(event) => changeSearch({ split: event.target.value }, { replace: true })}>
                        {splits.filter((each) => each !== 'org' || withCounty).map((each) => (
                          <option key={each} value={each}>{t(`split.${each || 'none'}`)}</option>
                        ))}
                      </select>
                    </label>
                    <Link className="tool" to={hrefTo('/measures')}>
                      <Icon name="back" size={16} />
                      {t('measures.toAll')}
                    </Link>
                  </>
                )}
              </div>
              {definitions.length === 0 && <Empty title={t('measures.noPack')} />}
              {shown.length === 0
                ? <AllMeasures definitions={definitions} period={period} />
                : shown.map((definition) => (
                    <MeasureSheet key={definition.id} definition={definition} name={text(definition.name)} period={period} org={org}
                      split={split === 'org' && definition.subject !== 'county' ? '' : split} columns={columns} />
                  ))}
            </>
          );
        }}
      </Answer>
    </div>
  );
}
