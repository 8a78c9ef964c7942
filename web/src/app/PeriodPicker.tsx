// Year, quarter or month in one small sheet; only what has data can be chosen.
import { useState } from 'react';
import { useCounty } from '../api/queries';
import { useLanguage, useWords } from '../i18n';
import { formatPeriod, monthNames } from '../lib/format';
import { overlaps, parsePeriod, periodName, yearsBetween, type Period } from '../lib/period';
import { changeSearch } from '../router/router';
import { Icon } from '../ui/icons';
import { Popover } from '../ui/Popover';
import { usePeriod } from './period';

export function PeriodPicker() {
  const { t } = useWords();
  const language = useLanguage();
  const { data: county } = useCounty();
  const period = usePeriod();
  const [open, setOpen] = useState(false);
  if (!county?.dataFrom || !county.dataTo || !period) return null;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      placement="bottomRight"
      content={
        <Sheet
          from={county.dataFrom}
          to={county.dataTo}
          chosen={period}
          choose={(next) => {
            setOpen(false);
            changeSearch({ period: next });
          }}
        />
      }
    >
      <button type="button" className="header-button period-button" aria-haspopup="dialog" aria-expanded={open} aria-label={`${t('period.label')} ${formatPeriod(period, language)}`}>
        <Icon name="calendar" />
        <span>{formatPeriod(period, language)}</span>
        <Icon name="down" size={14} />
      </button>
    </Popover>
  );
}

function Sheet({ from, to, chosen, choose }: { from: string; to: string; chosen: string; choose: (period: string) => void }) {
  const { t } = useWords();
  const language = useLanguage();
  const years = yearsBetween(from, to).reverse();
  const [year, setYear] = useState(parsePeriod(chosen)?.year ?? years[0]);
  const option = (period: Period, label: string) => {
    const name = periodName(period);
    return (
      <button
        type="button"
        key={name}
        className="period-option"
        aria-pressed={name === chosen}
        aria-label={`${label} · ${formatPeriod(name, language)}`}
        disabled={!overlaps(period, from, to)}
        onClick={() => choose(name)}
      >
        {label}
      </button>
    );
  };
  return (
    <div className="period-sheet" role="group" aria-label={t('period.label')}>
      <div className="period-years">
        {years.map((each) => (
          <button key={each} type="button" className="period-year" aria-pressed={each === year} onClick={() => setYear(each)}>
            {each}
          </button>
        ))}
      </div>
      <div className="period-row">{option({ year }, t('period.wholeYear', { year }))}</div>
      <div className="period-row period-quarters">{[1, 2, 3, 4].map((quarter) => option({ year, quarter }, `Q${quarter}`))}</div>
      <div className="period-row period-months">
        {Array.from({ length: 12 }, (_, index) => option({ year, month: index + 1 }, language === 'zh' ? `${index + 1}月` : monthNames[index]))}
      </div>
    </div>
  );
}
