// The flow from disease groups (left) to destinations (right), drawn by us rather than by the chart library: the first view
// stays light, every band and label is a real link, and it prints sharply.
import { useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { FlowLink, FlowNode, Overview } from '../../api/types';
import { svgAsPng } from '../../lib/download';
import { Link } from '../../router/router';
import type { PictureRef } from '../../ui/ChartFrame';

interface FlowPictureProps {
  flow: Overview['flow'];
  weight: (link: FlowLink) => number;
  nameOf: (side: FlowNode['side'], id: string) => string;
  show: (number: number) => string;
  href: (diseaseGroup?: string, destination?: string) => string | null;
  picture: PictureRef;
  label: string;
}

export interface Slot {
  id: string;
  value: number;
  top: number;
  height: number;
}

const barWidth = 8;
const bandsHeight = 300;
const slotMinimum = 24;  // room for one line of label
const slotGap = 6;
const destinationOrder = ['in-county-primary', 'in-county-hospital', 'in-county-other', 'city', 'province', 'other-province', 'unknown'];

// One column: bars as high as their value, but never closer than a label needs.
export function layOut(values: [string, number][], pixelsPerUnit: number, minimum: number, gap: number): { slots: Slot[]; height: number } {
  let top = 0;
  const slots = values.map(([id, value]) => {
    const height = Math.max(value * pixelsPerUnit, 1.5);
    const room = Math.max(height, minimum);
    const slot = { id, value, top: top + (room - height) / 2, height };
    top += room + gap;
    return slot;
  });
  return { slots, height: Math.max(top - gap, 0) };
}

function sums(links: FlowLink[], weight: (link: FlowLink) => number, key: (link: FlowLink) => string): [string, number][] {
  const totals = new Map<string, number>();
  for (const link of links) totals.set(key(link), (totals.get(key(link)) ?? 0) + weight(link));
  return [...totals].filter(([, value]) => value > 0);
}

const widthOf = (character: string): number => (character.charCodeAt(0) > 0x2e80 ? 13 : 7);
const textWidth = (text: string): number => [...text].reduce((sum, character) => sum + widthOf(character), 0);

function cut(name: string, pixels: number): string {
  let used = 0;
  let at = 0;
  for (const character of name) {
    used += widthOf(character);
    if (used > pixels) return `${name.slice(0, Math.max(at - 1, 1))}…`;
    at += character.length;
  }
  return name;
}

export function FlowPicture({ flow, weight, nameOf, show, href, picture, label }: FlowPictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(720);
  const [lit, setLit] = useState<string | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(element.clientWidth, 280)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useImperativeHandle(picture, () => ({
    png: () => (svg.current ? svgAsPng(svg.current) : Promise.reject(new Error('no picture'))),
  }), []);

  const narrow = width < 560;
  const roomFor = (side: FlowNode['side'], most: number): number => {
    const wanted = flow.nodes.filter((node) => node.side === side).map((node) => textWidth(nameOf(side, node.id)));
    return Math.min(most, Math.max(80, ...wanted) + 16);
  };
  const leftRoom = narrow ? roomFor('disease', 124) : Math.min(roomFor('disease', 400) + 76, width * 0.42);
  const rightRoom = narrow ? roomFor('destination', 104) : roomFor('destination', 190);
  const { left, right, height, bands } = useMemo(() => {
    const groups = sums(flow.links, weight, (link) => link.diseaseGroup)
      .sort((a, b) => Number(a[0] === 'other') - Number(b[0] === 'other') || b[1] - a[1]);
    const destinations = sums(flow.links, weight, (link) => link.destination)
      .sort((a, b) => destinationOrder.indexOf(a[0]) - destinationOrder.indexOf(b[0]));
    const total = groups.reduce((sum, [, value]) => sum + value, 0) || 1;
    const pixels = bandsHeight / total;
    const leftColumn = layOut(groups, pixels, narrow ? 34 : slotMinimum, slotGap);
    const rightColumn = layOut(destinations, pixels, 40, 18);
    const full = Math.max(leftColumn.height, rightColumn.height);
    rightColumn.slots.forEach((slot) => (slot.top += (full - rightColumn.height) / 2));
    leftColumn.slots.forEach((slot) => (slot.top += (full - leftColumn.height) / 2));
    const fromAt = new Map(leftColumn.slots.map((slot) => [slot.id, slot.top]));
    const toAt = new Map(rightColumn.slots.map((slot) => [slot.id, slot.top]));
    const made = [];
    for (const from of leftColumn.slots) {
      for (const to of rightColumn.slots) {
        const link = flow.links.find((each) => each.diseaseGroup === from.id && each.destination === to.id);
        const value = link ? weight(link) : 0;
        if (!link || value <= 0) continue;
        const thick = value * pixels;
        const y1 = fromAt.get(from.id) ?? 0;
        const y2 = toAt.get(to.id) ?? 0;
        fromAt.set(from.id, y1 + thick);
        toAt.set(to.id, y2 + thick);
        made.push({ link, value, thick, y1, y2 });
      }
    }
    return { left: leftColumn.slots, right: rightColumn.slots, height: full, bands: made };
  }, [flow, weight, narrow]);

  const x1 = leftRoom + barWidth;
  const x2 = width - rightRoom - barWidth;
  const middle = (x1 + x2) / 2;

  const node = (slot: Slot, side: FlowNode['side']) => {
    const onLeft = side === 'disease';
    const name = nameOf(side, slot.id);
    const amount = show(slot.value);
    const to = onLeft ? href(slot.id) : href(undefined, slot.id);
    const x = onLeft ? leftRoom - 6 : width - rightRoom + 6;
    const room = (onLeft ? leftRoom : rightRoom) - 12;
    const y = slot.top + slot.height / 2;
    const inOneLine = onLeft && !narrow;
    const words = (
      <>
        <title>{`${name} ${amount}`}</title>
        <rect className={`flow-bar ${onLeft ? 'flow-group' : `flow-${slot.id}`}`} x={onLeft ? leftRoom : x2} y={slot.top} width={barWidth} height={slot.height} />
        <text className="flow-label" x={x} y={y} textAnchor={onLeft ? 'end' : 'start'} dominantBaseline="middle">
          {inOneLine ? (
            <>
              <tspan className="flow-name">{cut(name, room - textWidth(amount) - 8)}</tspan>{' '}
              <tspan className="flow-amount" dx="2">{amount}</tspan>
            </>
          ) : (
            <>
              <tspan className="flow-name" x={x} dy="-0.6em">{cut(name, room)}</tspan>{' '}
              <tspan className="flow-amount" x={x} dy="1.4em">{amount}</tspan>
            </>
          )}
        </text>
      </>
    );
    const key = `${side}:${slot.id}`;
    const events = { onMouseEnter: () => setLit(key), onMouseLeave: () => setLit(null), onFocus: () => setLit(key), onBlur: () => setLit(null) };
    return to ? (
      <Link key={key} to={to} className="flow-node" {...events}>{words}</Link>
    ) : (
      <g key={key} {...events}>{words}</g>
    );
  };

  return (
    <div className="flow" ref={frame}>
      <svg ref={svg} width={width} height={height + 8} viewBox={`0 -4 ${width} ${height + 8}`} role="group" aria-label={label}>
        {bands.map(({ link, value, thick, y1, y2 }) => {
          const words = `${nameOf('disease', link.diseaseGroup)} → ${nameOf('destination', link.destination)}  ${show(value)}`;
          const on = lit === null || lit === `disease:${link.diseaseGroup}` || lit === `destination:${link.destination}`;
          const shape = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}V${y2 + thick}C${middle} ${y2 + thick} ${middle} ${y1 + thick} ${x1} ${y1 + thick}Z`;
          const band = <path className={`flow-band flow-${link.destination} ${on ? '' : 'flow-dim'}`} d={shape}><title>{words}</title></path>;
          const to = href(link.diseaseGroup, link.destination);
          const key = `${link.diseaseGroup}|${link.destination}`;
          // Bands open by pointer; by keyboard the same pairs are in the table view.
          return to ? <Link key={key} to={to} tabIndex={-1} aria-hidden="true">{band}</Link> : <g key={key}>{band}</g>;
        })}
        {left.map((slot) => node(slot, 'disease'))}
        {right.map((slot) => node(slot, 'destination'))}
      </svg>
    </div>
  );
}
