// Values by period as lines, with the target and the times of actions.
import { useMemo } from 'react';
import { useLanguage, useWords } from '../../i18n';
import { formatPeriod, formatValue, toNumber } from '../../lib/format';
import type { PictureRef } from '../ChartFrame';
import { EChart } from './EChart';
import { axisLine, seriesColours, splitLine, targetColour, text } from './look';

const markLine = 16;

export interface Series {
  name: string;
  points: { period: string; value: string | null }[];
}

export interface TrendChartProps {
  series: Series[];
  unit: string;
  label: string;
  target?: string | null;
  marks?: { period: string; words: string }[];
  spans?: { from: string; to: string; words: string }[];
  height?: number;
  picture?: PictureRef;
  onPick?: (series: number, period: string) => void;
}

export default function TrendChart({ series, unit, label, target, marks, spans, height = 260, picture, onPick }: TrendChartProps) {
  const { t } = useWords();
  const language = useLanguage();
  const periods = useMemo(() => [...new Set(series.flatMap((line) => line.points.map((point) => point.period)))].sort(), [series]);
  const option = useMemo(() => {
    const goal = toNumber(target);
    const shown = (marks ?? []).filter((mark) => periods.includes(mark.period)).sort((a, b) => a.period.localeCompare(b.period));
    // Words of times near each other stand one above the other.
    const markLines = Math.min(shown.length, 3) || 1;
    const lines = [
      ...shown.map((mark, index) => ({
        xAxis: mark.period, lineStyle: { color: '#6b7780', type: 'dotted' as const },
        label: { formatter: mark.words, position: 'end' as const, rotate: 0, color: '#44545c', distance: 4 + markLine * (index % markLines) } })),
    ];
    const areas = (spans ?? []).map((span, index) => [
      { xAxis: span.from, name: span.words, itemStyle: { color: index === 0 ? 'rgba(107,119,128,.09)' : 'rgba(11,95,102,.09)' },
        label: { color: '#44545c', position: 'insideBottom' } },
      { xAxis: span.to },
    ]);
    return {
      textStyle: text,
      color: seriesColours,
      grid: { left: 8, right: goal === null ? 14 : 52, top: (series.length > 1 ? 44 : 26) + markLine * (markLines - 1), bottom: 6, containLabel: true },
      legend: series.length > 1 ? { type: 'scroll', top: 0, left: 0, textStyle: text, itemWidth: 16 } : undefined,
      tooltip: {
        trigger: 'axis', confine: true, textStyle: text,
        valueFormatter: (value: unknown) => formatValue(typeof value === 'number' ? value : null, unit, language),
      },
      xAxis: {
        type: 'category', data: periods, boundaryGap: false, axisLine, axisTick: { show: false },
        axisLabel: { ...text, hideOverlap: true, formatter: (period: string) => (/^\d{4}$/.test(period) ? formatPeriod(period, language) : period) },
      },
      yAxis: {
        type: 'value', scale: true, splitLine, axisLabel: { ...text, formatter: (value: number) => formatValue(value, unit, language) },
      },
      series: [...series.map((line, index) => {
        const values = new Map(line.points.map((point) => [point.period, toNumber(point.value)]));
        return {
          type: 'line', name: line.name, data: periods.map((period) => values.get(period) ?? null), symbol: 'circle',
          symbolSize: periods.length > 18 ? 4 : 6, lineStyle: { width: 2 },
          markLine: index === 0 && lines.length > 0 ? { symbol: 'none', data: lines, silent: true } : undefined,
          markArea: index === 0 && areas.length > 0 ? { data: areas, silent: true } : undefined,
        };
      }), ...(goal === null ? [] : [{
        // A line of its own, so that the axis always holds it.
        type: 'line', name: t('common.target'), data: periods.map(() => goal), symbol: 'none', silent: true, color: targetColour,
        lineStyle: { width: 1.5, type: 'dashed', color: targetColour },
        endLabel: { show: true, formatter: formatValue(target, unit, language), color: targetColour, distance: 4 },
      }])],
    };
  }, [series, unit, target, marks, spans, periods, language, t]);
  return (
    <EChart option={option} height={height} label={label} picture={picture}
      onPick={onPick && (({ seriesIndex, dataIndex }) => seriesIndex < series.length && onPick(seriesIndex, periods[dataIndex]))} />
  );
}
