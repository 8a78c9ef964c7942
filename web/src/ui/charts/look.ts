// Colours and letters of the charts: one accent, its shades, then neighbours that stay apart in grey too.
import { fontFamily } from '../font';

export const seriesColours = ['#0b5f66', '#c2703d', '#5b7fb4', '#7a9a3a', '#8a5a9e', '#4fa3a5', '#b08d2e', '#6b7780'];
export const destinationColours: Record<string, string> = {
  'in-county-primary': '#d5e8e7', 'in-county-hospital': '#b3d6d5', 'in-county-other': '#c9d6d8', city: '#7fbcbb', province: '#2f8a8d', 'other-province': '#0b3f52', unknown: '#a9b4b8',
};
export const text = { fontFamily, color: '#44545c', fontSize: 12 };
export const axisLine = { lineStyle: { color: '#c5d0d3' } };
export const splitLine = { lineStyle: { color: '#e8edee' } };
export const targetColour = '#8a5a00';
