// Everything that a number stands on: words, edition, sources with their marks, the SQL itself.
import { useCounty, useMeasures } from '../../api/queries';
import type { MeasureDefinition } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate, formatValue } from '../../lib/format';
import { changeSearch } from '../../router/router';
import { SideSheet } from '../../ui/SideSheet';
import { MarkBadge, SourceList } from '../../ui/sources';
import { Answer, Empty } from '../../ui/states';

export default function DefinitionDrawer({ id }: { id: string }) {
  const { t } = useWords();
  const text = useText();
  const measures = useMeasures();
  const found = measures.data?.find((each) => each.id === id);
  return (
    <SideSheet title={found ? text(found.name) : t('definition.title')} width={640} onClose={() => changeSearch({ definition: null })}>
      <Answer of={measures} lines={8}>
        {() => (found ? <Definition definition={found} /> : <Empty title={t('definition.unknown', { id })} icon="gaps" />)}
      </Answer>
    </SideSheet>
  );
}

function Definition({ definition }: { definition: MeasureDefinition }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const { data: county } = useCounty();
  const parts: [string, string][] = [
    [t('definition.definition'), text(definition.definition)],
    [t('definition.numerator'), text(definition.numerator)],
    [t('definition.denominator'), text(definition.denominator)],
    [t('definition.exclusions'), text(definition.exclusions)],
  ];
  return (
    <div className="definition">
      <dl className="facts">
        {parts.filter(([, words]) => words !== '').map(([label, words]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{words}</dd>
          </div>
        ))}
        <div>
          <dt>{t('definition.direction')}</dt>
          <dd>{t(`direction.${definition.direction}`)}</dd>
        </div>
        <div>
          <dt>{t('common.target')}</dt>
          <dd>
            {definition.target ? (
              <>
                {formatValue(definition.target.value, definition.unit, language)} <MarkBadge mark={definition.target.source.mark} />
                <br />
                <span className="faint">{text(definition.target.source.title)} {definition.target.source.reference}</span>
              </>
            ) : (
              t('definition.noTarget')
            )}
          </dd>
        </div>
        {definition.target && definition.guard && (
          <div>
            <dt>{t('definition.guard')}</dt>
            <dd>
              {t('definition.guardWords', {
                minimum: definition.guard.denominatorMinimum, months: definition.guard.windowMonths, below: definition.guard.monthsBelowMinimum,
              })}
            </dd>
          </div>
        )}
        <div>
          <dt>{t('definition.subject')}</dt>
          <dd>{t(`subject.${definition.subject}`)}</dd>
        </div>
        <div>
          <dt>{t('definition.edition')}</dt>
          <dd>
            {definition.edition}
            {definition.effectiveFrom && ` · ${t('definition.effective', { from: formatDate(definition.effectiveFrom, language) })}`}
            {definition.effectiveTo && ` ${t('definition.effectiveTo', { to: formatDate(definition.effectiveTo, language) })}`}
          </dd>
        </div>
        <div>
          <dt>{t('definition.asOf')}</dt>
          <dd>{county?.asOf}</dd>
        </div>
        <div>
          <dt>{t('definition.id')}</dt>
          <dd><code>{definition.id}</code></dd>
        </div>
      </dl>
      <h3>{t('definition.sources')}</h3>
      <SourceList sources={definition.sources} />
      {definition.sql && (
        <details className="code-box">
          <summary>{t('definition.sql')}</summary>
          <pre tabIndex={0}>{definition.sql}</pre>
        </details>
      )}
    </div>
  );
}
