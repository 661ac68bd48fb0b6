// Zones and lines over the picture. Corners are dragged, or moved with the arrow keys; a side's middle makes a new one.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { shapeTitle, t } from './messages';
import { type Point, type Shape, type Side, selfIntersects, sides } from './shapes';
import { toast } from './toast';
import * as editor from './zone_editor_state';

/** Radius of a corner, in pixels of the page: a finger is wider than a mouse pointer. */
const CORNER_PX = matchMedia('(pointer: coarse)').matches ? 13 : 8;
/** A click this near to the first corner finishes a zone. */
const CLOSE_PX = 16;
const LABEL_PX = 14;
/** Steps of the arrow keys, as shares of the picture; the second with Shift. */
const NUDGE = 0.004;
const LARGE_NUDGE = 0.02;

const ARROWS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** `corner` null: all of the shape. `points` are those at the start. */
interface Drag {
  index: number;
  corner: number | null;
  from: Point;
  points: Point[];
  moved: boolean;
}

export function finishShape(): void {
  if (!editor.finishDrawing()) toast(t('tooFewCorners'), true);
}

interface OverlayProps {
  /** Of the picture, in pixels. */
  width: number;
  height: number;
  editable: boolean;
}

export function ZoneOverlay({ width, height, editable }: OverlayProps) {
  const svg = useRef<SVGSVGElement>(null);
  const drag = useRef<Drag | null>(null);
  const pointer = useSignal<Point | null>(null);
  /** Pixels of the picture per pixel of the page: handles keep their size however large the picture is drawn. */
  const pixel = useSignal(1);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      pixel.value = width / Math.max(1, svg.current?.clientWidth ?? width);
    });
    if (svg.current) observer.observe(svg.current);
    return () => observer.disconnect();
  }, [width]);

  const position = (event: PointerEvent): Point => {
    const box = (svg.current as SVGSVGElement).getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const startDrag = (event: PointerEvent, index: number, corner: number | null, moved = false) => {
    editor.selectedIndex.value = index;
    if (!editable || editor.drawing.value) return;
    event.stopPropagation();
    const { points } = editor.shapes.value[index] as Shape;
    drag.current = { index, corner, from: position(event), points, moved };
    (svg.current as SVGSVGElement).setPointerCapture(event.pointerId);
  };
  const endDrag = () => {
    drag.current = null;
  };
  const onPointerMove = (event: PointerEvent) => {
    const to = position(event);
    if (editor.drawing.value) pointer.value = to;
    const held = drag.current;
    if (!held) return;
    if (!held.moved) editor.pushHistory();
    held.moved = true;
    if (held.corner !== null) editor.moveCorner(held.index, held.corner, to);
    else editor.moveShape(held.index, held.points, [to[0] - held.from[0], to[1] - held.from[1]]);
  };
  const onPointerDown = (event: PointerEvent) => {
    const drawing = editor.drawing.value;
    if (!drawing) {
      if (event.target === svg.current) editor.selectedIndex.value = null;
      return;
    }
    const to = position(event);
    const first = drawing.points[0];
    const box = (svg.current as SVGSVGElement).getBoundingClientRect();
    const closes = first && Math.hypot((first[0] - to[0]) * box.width, (first[1] - to[1]) * box.height) < CLOSE_PX;
    if (drawing.type !== 'line' && closes && drawing.points.length >= 3) finishShape();
    else editor.addCorner(to);
  };

  const drawing = editor.drawing.value;
  const toPixels = ([x, y]: Point) => `${x * width},${y * height}`;
  const radius = pixel.value * CORNER_PX;
  return (
    <svg
      ref={svg}
      class={`shapes-svg ${drawing ? 'drawing' : ''}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="group"
      aria-label={t('shapes')}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={endDrag}
      onPointerCancel={endDrag}
      onDblClick={() => drawing && finishShape()}
    >
      {editor.shapes.value.map((shape, index) => (
        <ShapeOutline
          key={index}
          shape={shape}
          selected={index === editor.selectedIndex.value}
          editable={editable && !drawing}
          {...{ index, width, height, radius, startDrag }}
          labelSize={pixel.value * LABEL_PX}
        />
      ))}
      {drawing && drawing.points.length > 0 && (
        <polyline
          class="draft"
          points={[...drawing.points, ...(pointer.value ? [pointer.value] : [])].map(toPixels).join(' ')}
        />
      )}
      {drawing?.points.map(([x, y]) => (
        <circle key={`${x} ${y}`} class="corner" cx={x * width} cy={y * height} r={radius} />
      ))}
    </svg>
  );
}

interface ShapeProps {
  shape: Shape;
  index: number;
  width: number;
  height: number;
  radius: number;
  startDrag: (event: PointerEvent, index: number, corner: number | null, moved?: boolean) => void;
}

/** Share of the width from which on a label has no room to its right. */
const RIGHT_LABEL = 0.7;

function ShapeOutline(props: ShapeProps & { selected: boolean; editable: boolean; labelSize: number }) {
  const { shape, index, width, height, radius, selected, editable, labelSize, startDrag } = props;
  const points = shape.points.map(([x, y]) => `${x * width},${y * height}`).join(' ');
  const [labelX, labelY] = shape.points[0] as Point;
  const onPointerDown = (event: PointerEvent) => startDrag(event, index, null);
  const state = `${selected ? 'selected' : ''} ${selfIntersects(shape) ? 'wrong' : ''}`;
  return (
    <g class={`shape ${shape.type} ${state}`} data-name={shape.name}>
      {shape.type !== 'line' ? (
        <polygon points={points} onPointerDown={onPointerDown} />
      ) : (
        <>
          <polyline class="grab" points={points} onPointerDown={onPointerDown} />
          <polyline points={points} onPointerDown={onPointerDown} />
          <DirectionArrow shape={shape} width={width} height={height} />
        </>
      )}
      <text
        x={labelX * width + (labelX > RIGHT_LABEL ? -radius : radius)}
        y={Math.max(radius * 2, labelY * height - radius)}
        font-size={labelSize}
        text-anchor={labelX > RIGHT_LABEL ? 'end' : 'start'}
      >
        {shapeTitle(shape)}
      </text>
      {selected && editable && <Handles {...props} />}
    </g>
  );
}

function Handles({ shape, index, width, height, radius, startDrag }: ShapeProps) {
  const group = useRef<SVGGElement>(null);
  const focusCorner = (corner: number) =>
    void window.setTimeout(() => group.current?.querySelector<SVGElement>(`[data-corner="${corner}"]`)?.focus(), 0);
  const insert = (side: Side): number => {
    const corner = editor.insertCorner(index, side);
    focusCorner(corner);
    return corner;
  };
  const remove = (corner: number) => {
    if (editor.removeCorner(index, corner)) focusCorner(Math.max(0, corner - 1));
    else toast(t('cornersNeeded'), true);
  };
  const onSideKey = (event: KeyboardEvent, side: Side) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    insert(side);
  };
  const onCornerKey = (event: KeyboardEvent, corner: number) => {
    const step = event.shiftKey ? LARGE_NUDGE : NUDGE;
    const arrow = ARROWS[event.key];
    if (arrow) editor.nudgeCorner(index, corner, [arrow[0] * step, arrow[1] * step]);
    else if (event.key === 'Delete' || event.key === 'Backspace') remove(corner);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <g ref={group}>
      {sides(shape).map((side) => (
        <circle
          key={`side ${side.from}`}
          class="middle"
          cx={side.middle[0] * width}
          cy={side.middle[1] * height}
          r={radius * 0.7}
          role="button"
          tabindex={0}
          data-middle={side.from}
          aria-label={t('newCorner', { n: side.from + 1 })}
          onPointerDown={(event) => startDrag(event, index, insert(side), true)}
          onKeyDown={(event) => onSideKey(event, side)}
        />
      ))}
      {shape.points.map(([x, y], corner) => (
        <circle
          key={`corner ${corner}`}
          class="corner"
          cx={x * width}
          cy={y * height}
          r={radius}
          role="button"
          tabindex={0}
          data-corner={corner}
          aria-label={t('cornerOf', { n: corner + 1, x: Math.round(x * 100), y: Math.round(y * 100) })}
          onPointerDown={(event) => startDrag(event, index, corner)}
          onDblClick={() => remove(corner)}
          onKeyDown={(event) => onCornerKey(event, corner)}
        />
      ))}
    </g>
  );
}

/** Which direction across a line is forward: from its left to its right, as one goes along it. */
function DirectionArrow({ shape, width, height }: { shape: Shape; width: number; height: number }) {
  const [a, b] = [shape.points[0] as Point, shape.points[1] as Point];
  const [x, y] = [((a[0] + b[0]) / 2) * width, ((a[1] + b[1]) / 2) * height];
  const [dx, dy] = [(b[0] - a[0]) * width, (b[1] - a[1]) * height];
  const length = Math.hypot(dx, dy) || 1;
  const size = Math.max(width, height) / 30;
  const [tipX, tipY] = [(-dy / length) * size, (dx / length) * size];
  const [baseX, baseY] = [(dx / length) * size * 0.35, (dy / length) * size * 0.35];
  const points = [
    [x + tipX, y + tipY],
    [x + baseX, y + baseY],
    [x - baseX, y - baseY],
  ];
  return <polygon class="forward" points={points.map((point) => point.join(',')).join(' ')} aria-hidden="true" />;
}
