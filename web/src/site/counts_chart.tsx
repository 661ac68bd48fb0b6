// A chart of counts over time. Where there is no data there is no bar and the background is grey: a gap is not a zero.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { dark, theme } from '../shared/theme';
import { axisWidth } from './axis_width';
import { timeZone } from './datetime';
import { t } from './messages';

export interface ChartSeries {
  label: string;
  values: (number | null)[];
}

interface CountsChartProps {
  /** Where each step begins, Unix seconds. */
  times: number[];
  /** Seconds of one step. */
  step: number;
  series: ChartSeries[];
  label: string;
  height?: number;
}

const COLOURS = ['#2f6fd6', '#c8641a', '#1f8a4c', '#8a4fc7', '#b3335f', '#5b6b7d'];
/** Narrower charts have no room for the values under the pointer. */
const MIN_LEGEND_PX = 500;

/** Distances of the ticks: there is no half of a person. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((first) => [0, 1, 2, 3, 4, 5, 6].map((zeros) => first * 10 ** zeros))
  .sort((a, b) => a - b);

const DATE = '\n{MM}-{DD}';
/** Formats of the time axis by the distance of its ticks; see uPlot's axes.values. */
const TIME_FORMATS: uPlot.Axis.Values = [
  [86400, '{MM}-{DD}', null, null, null, null, null, null, 1],
  [3600, '{HH}:{mm}', DATE, null, DATE, null, null, null, 1],
  [60, '{HH}:{mm}', DATE, null, DATE, null, null, null, 1],
];

export default function CountsChart({ times, step, series, label, height = 260 }: CountsChartProps) {
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const data = [times, ...series.map(({ values }) => values)] as uPlot.AlignedData;
    const chart = new uPlot({ ...options(times, step, series), width: element.clientWidth, height }, data, element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [times, series, step, height, dark.value, theme.value]);
  return <div ref={container} class="chart" role="img" aria-label={label} />;
}

function options(times: number[], step: number, series: ChartSeries[]): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const grid = { stroke: colour('--line'), width: 0.5 };
  const axis = { stroke: colour('--quiet'), grid, ticks: grid };
  const end = (times.at(-1) ?? 0) + step;
  return {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), timeZone()),
    scales: {
      x: { time: true, range: () => [times[0] ?? 0, end] },
      y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.1)] },
    },
    series: [
      { label: t('time'), value: '{YYYY}-{MM}-{DD} {HH}:{mm}' },
      ...series.map(({ label }, index) => ({ label, ...seriesStyle(index, series.length) })),
    ],
    axes: [
      { ...axis, values: TIME_FORMATS },
      { ...axis, size: (_chart, values) => axisWidth(values), incrs: WHOLE_STEPS },
    ],
    cursor: { drag: { x: false, y: false } },
    legend: { live: window.innerWidth > MIN_LEGEND_PX },
    hooks: { drawClear: [(chart) => drawGaps(chart, times, step, series, colour('--soft'))] },
  };
}

/** Grey behind each past step for which no series has a value. */
function drawGaps(chart: uPlot, times: number[], step: number, series: ChartSeries[], colour: string): void {
  chart.ctx.save();
  chart.ctx.fillStyle = colour;
  times.forEach((time, index) => {
    if (time > Date.now() / 1000 || !series.every(({ values }) => values[index] == null)) return;
    const [left, right] = [chart.valToPos(time, 'x', true), chart.valToPos(time + step, 'x', true)];
    chart.ctx.fillRect(left, chart.bbox.top, right - left, chart.bbox.height);
  });
  chart.ctx.restore();
}

/** A single series is drawn as bars; several as stepped lines, so that none hides another. */
function seriesStyle(index: number, count: number): Partial<uPlot.Series> {
  const colour = COLOURS[index % COLOURS.length] as string;
  const { bars, stepped } = uPlot.paths as Required<typeof uPlot.paths>;
  if (count === 1) {
    const paths = bars({ size: [0.9, 60], align: 1, gap: 1 });
    return { stroke: colour, fill: `${colour}99`, paths, points: { show: false } };
  }
  return { stroke: colour, width: 2, paths: stepped({ align: 1 }), points: { show: false } };
}
