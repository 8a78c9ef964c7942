// Lying bars, stacked: what a group is made of.
import { useMemo } from 'react';
import type { PictureRef } from '../ChartFrame';
import { EChart } from './EChart';
import { axisLine, splitLine, text } from './look';

// Long names of groups break into lines rather than lose their ends.
const labelWidth = (): number => (window.innerWidth > 760 ? 190 : 110);

export interface Stack {
  name: string;
  colour: string;
  values: number[];
}

interface StackedBarsProps {
  categories: string[];
  stacks: Stack[];
  format: (value: number) => string;
  label: string;
  picture?: PictureRef;
  onPick?: (stack: number, category: number) => void;
}

export default function StackedBars({ categories, stacks, format, label, picture, onPick }: StackedBarsProps) {
  const option = useMemo(() => ({
    textStyle: text,
    grid: { left: 4, right: 24, top: 34, bottom: 4, containLabel: true },
    legend: { type: 'scroll', top: 0, left: 0, textStyle: text, itemWidth: 14, itemHeight: 10 },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, confine: true, textStyle: text,
      valueFormatter: (value: unknown) => format(typeof value === 'number' ? value : 0) },
    xAxis: { type: 'value', splitLine, axisLabel: { ...text, formatter: (value: number) => format(value), hideOverlap: true } },
    yAxis: { type: 'category', inverse: true, data: categories, axisLine, axisTick: { show: false },
      axisLabel: { ...text, width: labelWidth(), overflow: 'break', lineHeight: 14 } },
    series: stacks.map((stack) => ({
      type: 'bar', stack: 'all', name: stack.name, data: stack.values, itemStyle: { color: stack.colour }, barMaxWidth: 22, cursor: onPick ? 'pointer' : 'default',
    })),
  }), [categories, stacks, format, onPick]);
  return (
    <EChart option={option} height={60 + categories.length * 28} label={label} picture={picture}
      onPick={onPick && (({ seriesIndex, dataIndex }) => onPick(seriesIndex, dataIndex))} />
  );
}
