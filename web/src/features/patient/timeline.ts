// Events by year, the newest first, as they stand on the page.
export function years<Event extends { on: string }>(events: Event[]): [string, Event[]][] {
  const sorted = [...events].sort((a, b) => b.on.localeCompare(a.on));
  const groups: [string, Event[]][] = [];
  for (const event of sorted) {
    const year = event.on.slice(0, 4);
    const last = groups[groups.length - 1];
    if (last && last[0] === year) last[1].push(event);
    else groups.push([year, [event]]);
  }
  return groups;
}

// A line through readings by their day: x from 0 to 1 by time, y from 0 to 1 by value. One reading, or many of one day: the middle.
export function line(points: { on: string; value: number }[]): { x: number; y: number }[] {
  const times = points.map((point) => Date.parse(`${point.on.slice(0, 10)}T00:00:00Z`));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const values = points.map((point) => point.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return points.map((point, index) => ({
    x: last === first ? 0.5 : (times[index] - first) / (last - first),
    y: high === low ? 0.5 : (point.value - low) / (high - low),
  }));
}
