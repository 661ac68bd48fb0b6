// A chart of counts over time. Gaps are gaps: where nothing was watched there is no bar and a grey stretch, not a zero.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { dark, theme } from '../theme';

export interface Series {
  label: string;
  values: (number | null)[];
}

const COLOURS = ['#2f6fd6', '#c8641a', '#1f8a4c', '#8a4fc7', '#b3335f', '#5b6b7d'];

/** `times`: where each step begins, Unix seconds. `step`: seconds of one. */
export default function Chart({ times, step, series, label, height = 260 }: { times: number[]; step: number; series: Series[]; label: string; height?: number }) {
  const place = useRef<HTMLDivElement>(null);
  const colours = `${dark.value}${theme.value}`;
  useEffect(() => {
    const within = place.current;
    if (!within) return;
    const style = getComputedStyle(document.documentElement);
    const [ink, line, soft] = ['--quiet', '--line', '--soft'].map((name) => style.getPropertyValue(name).trim());
    const bars = (uPlot.paths.bars as NonNullable<typeof uPlot.paths.bars>)({ size: [0.9, 60], align: 1, gap: 1 });
    const axis = { stroke: ink as string, grid: { stroke: line as string, width: 0.5 }, ticks: { stroke: line as string, width: 0.5 } };
    const gaps = (chart: uPlot) => {
      chart.ctx.save();
      chart.ctx.fillStyle = soft as string;
      times.forEach((time, n) => {
        if (time > Date.now() / 1000 || !series.every((one) => one.values[n] == null)) return;
        const [from, to] = [chart.valToPos(time, 'x', true), chart.valToPos(time + step, 'x', true)];
        chart.ctx.fillRect(from, chart.bbox.top, to - from, chart.bbox.height);
      });
      chart.ctx.restore();
    };
    const options: uPlot.Options = {
      width: within.clientWidth,
      height,
      scales: { x: { time: true, range: () => [times[0] ?? 0, (times.at(-1) ?? 0) + step] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      series: [{ value: '{YYYY}-{MM}-{DD} {HH}:{mm}' }, ...series.map((one, n) => ({ label: one.label, ...look(n, series.length, bars) }))],
      axes: [{ ...axis, values: [[86400, '{MM}-{DD}', null, null, null, null, null, null, 1], [3600, '{HH}:{mm}', '\n{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1], [60, '{HH}:{mm}', '\n{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1]] }, { ...axis, size: 44 }],
      cursor: { drag: { x: false, y: false } },
      legend: { live: within.clientWidth > 500 },
      hooks: { drawClear: [gaps] },
    };
    const chart = new uPlot(options, [times, ...series.map((one) => one.values)] as uPlot.AlignedData, within);
    const watch = new ResizeObserver(() => chart.setSize({ width: within.clientWidth, height }));
    watch.observe(within);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [times, series, step, height, colours]);
  return <div ref={place} class="chart" role="img" aria-label={label} />;
}

/** The first is bars; more are stepped lines, so that none hides another. */
function look(n: number, all: number, bars: uPlot.Series.PathBuilder): Partial<uPlot.Series> {
  const colour = COLOURS[n % COLOURS.length] as string;
  if (all === 1) return { stroke: colour, fill: `${colour}99`, paths: bars, points: { show: false } };
  const stepped = (uPlot.paths.stepped as NonNullable<typeof uPlot.paths.stepped>)({ align: 1 });
  return { stroke: colour, width: 2, paths: stepped, points: { show: false } };
}
