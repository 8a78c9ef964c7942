// The chart library, only what is used of it, in a part that is loaded when a chart is shown.
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use, type ECharts, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useImperativeHandle, useRef } from 'react';
import { dataUrlAsBlob } from '../../lib/download';
import type { PictureRef } from '../ChartFrame';

use([BarChart, LineChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export interface Picked {
  seriesIndex: number;
  dataIndex: number;
}

interface EChartProps {
  option: EChartsCoreOption;
  height: number;
  label: string;
  picture?: PictureRef;
  onPick?: (picked: Picked) => void;
}

export function EChart({ option, height, label, picture, onPick }: EChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const made = init(element);
    chart.current = made;
    made.on('click', (event) => {
      if (event.componentType === 'series') pick.current?.({ seriesIndex: event.seriesIndex ?? 0, dataIndex: event.dataIndex });
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option }, { notMerge: true });
  }, [option]);

  useImperativeHandle(picture, () => ({
    png: () =>
      chart.current
        ? Promise.resolve(dataUrlAsBlob(chart.current.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: '#fff' })))
        : Promise.reject(new Error('no picture')),
  }), []);

  return <div ref={frame} className="chart" style={{ height }} role="img" aria-label={label} />;
}
