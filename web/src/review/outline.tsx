// The outline of one track over the picture, with the handles that it is dragged by when it is selected.
import type { Handle } from './box_editing';
import { kindName } from './messages';
import type { Box } from './track_interpolation';

const HANDLE_PX = 9;
/** What a corner, or the rim of a blacked-out area, can be caught by: a finger is wider than a mouse pointer. */
const HIT_PX = matchMedia('(pointer: coarse)').matches ? 36 : 13;

interface OutlineProps {
  /** In pixels of the picture. */
  box: Box;
  pixelScale: number;
  track?: number;
  kind: string;
  selected: boolean;
  /** Kept visible in this frame. */
  visible: boolean;
  /** As on the timeline; null for a box that is being drawn. */
  colour: string | null;
}

export function Outline({ box, pixelScale, track, kind, selected, visible, colour }: OutlineProps) {
  const [x1, y1, x2, y2] = box.map((value) => value * pixelScale) as Box;
  const area = { x: x1, y: y1, width: Math.max(1, x2 - x1), height: Math.max(1, y2 - y1) };
  const move = { 'data-track': track, 'data-handle': 'move' satisfies Handle };
  return (
    <g class={`outline kind-${kind}${selected ? ' selected' : ''}${visible ? ' visible' : ''}`}>
      {kind === 'region' && <rect class="rim" {...area} stroke-width={HIT_PX} {...move} />}
      <rect class={`shape${selected ? ' selected' : ''}`} {...area} {...move} {...(colour ? { stroke: colour } : {})} />
      {track !== undefined && (
        <text x={x1 + 3} y={Math.max(11, y1 - 4)}>
          {`${kindName(kind)} ${track}`}
        </text>
      )}
      {selected && <Corners box={[x1, y1, x2, y2]} track={track} />}
    </g>
  );
}

function Corners({ box: [x1, y1, x2, y2], track }: { box: Box; track?: number | undefined }) {
  // The corners of a small box are caught from outside, so that there is a middle left to drag it by.
  const inset = Math.min(HIT_PX / 2, (x2 - x1) / 4, (y2 - y1) / 4);
  const corners: [Handle, number, number][] = [
    ['nw', x1, y1],
    ['ne', x2, y1],
    ['sw', x1, y2],
    ['se', x2, y2],
  ];
  return corners.map(([name, x, y]) => (
    <g key={name}>
      <rect
        class={`grip ${name}`}
        x={x - HANDLE_PX / 2}
        y={y - HANDLE_PX / 2}
        width={HANDLE_PX}
        height={HANDLE_PX}
        data-track={track}
        data-handle={name}
      />
      <rect
        class={`hit ${name}`}
        x={name.includes('w') ? x - HIT_PX + inset : x - inset}
        y={name.includes('n') ? y - HIT_PX + inset : y - inset}
        width={HIT_PX}
        height={HIT_PX}
        data-track={track}
        data-handle={name}
      />
    </g>
  ));
}
