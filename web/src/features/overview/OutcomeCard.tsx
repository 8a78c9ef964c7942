// One outcome: the value, how it stands to its target and to a year ago, the shape of its months.
import { useState } from 'react';
import type { OutcomeCard as Card } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatChange, formatPart, formatPeriod, formatValue, toNumber } from '../../lib/format';
import { yearBefore } from '../../lib/period';
import { definitionHref } from '../../router/places';
import { hrefTo, Link } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { CasesLink } from '../../ui/CasesLink';
import { Icon } from '../../ui/icons';
import { standing, tone } from '../../ui/judge';
import { MarkSign } from '../../ui/marks';
import { useDefinitions } from '../../ui/names';
import { denominatorCases, numeratorCases } from '../../ui/parts';
import { Popover } from '../../ui/Popover';
import { Sparkline } from '../../ui/Sparkline';

export function OutcomeCard({ card, period }: { card: Card; period: string }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const me = useMe();
  const definition = useDefinitions().get(card.measure);
  const unit = definition?.unit ?? '1';
  const name = definition ? text(definition.name) : card.measure;
  const value = formatValue(card.value, unit, language);
  const state = standing(card.value, card.target, definition?.direction);
  const now = toNumber(card.value);
  const before = toNumber(card.previous);
  const change = now !== null && before !== null ? now - before : null;
  const goal = toNumber(card.target);
  const question = { measure: card.measure, period };
  const previousPeriod = card.previousPeriod ?? yearBefore(period);
  const [first, last] = [card.trend[0], card.trend[card.trend.length - 1]];
  return (
    <article className="card" aria-label={name}>
      <div className="card-head">
        <h2>{name}</h2>
        <DefinitionButton measure={card.measure} name={name} />
      </div>
      <div className="card-main">
        <CasesLink className="card-value" question={now === null ? null : question} title={may(me, 'cases') ? t('common.openCases') : ''}>{value}</CasesLink>
        {state !== 'none' && <span className={`badge standing-${state}`}>{t(`standing.${state}`)}</span>}
      </div>
      <dl className="card-facts">
        <div>
          <dt>{t('common.target')}</dt>
          <dd>
            {formatValue(card.target, unit, language)} {definition?.target && <MarkSign marks={[definition.target.source.mark]} />}
            {now !== null && goal !== null && <span className="faint"> ({formatChange(now - goal, unit, language)})</span>}
          </dd>
        </div>
        <div>
          <dt>{formatPeriod(previousPeriod, language)}</dt>
          <dd>
            <CasesLink question={before === null || !previousPeriod ? null : { measure: card.measure, period: previousPeriod }}>{formatValue(card.previous, unit, language)}</CasesLink>
            {change !== null && <span className={`tone-${tone(change, definition?.direction)}`}> {formatChange(change, unit, language)}</span>}
          </dd>
        </div>
        <div className="card-parts">
          <dt>{t('overview.parts')}</dt>
          <dd>
            <CasesLink question={numeratorCases(definition, question)}>{formatPart(card.numerator, false, language)}</CasesLink>
            {' / '}
            <CasesLink question={denominatorCases(definition, question)}>{formatPart(card.denominator, false, language)}</CasesLink>
          </dd>
        </div>
      </dl>
      {first && last && (
        <Link className="card-trend" to={hrefTo('/measures', { m: card.measure })}>
          <span className="only-read">{t('overview.toTrend', { name })}</span>
          <Sparkline
            points={card.trend}
            target={card.target}
            label={t('overview.trendLabel', {
              name, from: formatPeriod(first.period, language), fromValue: formatValue(first.value, unit, language),
              to: formatPeriod(last.period, language), toValue: formatValue(last.value, unit, language),
            })}
          />
          <span className="card-trend-ends">
            <span>{first.period}</span>
            <span>{last.period}</span>
          </span>
        </Link>
      )}
    </article>
  );
}

function DefinitionButton({ measure, name }: { measure: string; name: string }) {
  const { t } = useWords();
  const text = useText();
  const definition = useDefinitions().get(measure);
  const [open, setOpen] = useState(false);
  if (!definition) return null;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      placement="bottomLeft"
      content={
        <div className="definition-short">
          <p>{text(definition.definition)}</p>
          <dl>
            <dt>{t('definition.numerator')}</dt>
            <dd>{text(definition.numerator)}</dd>
            <dt>{t('definition.denominator')}</dt>
            <dd>{text(definition.denominator)}</dd>
          </dl>
          <Link to={definitionHref(measure)} onClick={() => setOpen(false)}>{t('definition.full')}</Link>
        </div>
      }
    >
      <button type="button" className="tool icon-only" aria-haspopup="dialog" aria-expanded={open} aria-label={t('definition.of', { name })}>
        <Icon name="info" />
      </button>
    </Popover>
  );
}
