// Charts as the pages use them: loaded when first shown, with their room kept meanwhile.
import { lazy, Suspense, type ComponentProps } from 'react';
import { Loading } from '../states';

const LazyTrend = lazy(() => import('./TrendChart'));
const LazyBars = lazy(() => import('./StackedBars'));

export function TrendChart(props: ComponentProps<typeof LazyTrend>) {
  return <Suspense fallback={<Loading tall />}><LazyTrend {...props} /></Suspense>;
}

export function StackedBars(props: ComponentProps<typeof LazyBars>) {
  return <Suspense fallback={<Loading tall />}><LazyBars {...props} /></Suspense>;
}
