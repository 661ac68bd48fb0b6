// Zones and lines, drawn on a masked picture of the camera. Every step can be taken back; what is saved is in force at once.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ask, type Anchor, type CameraTold, client, type CountingTold, type Sort } from './api';
import { Tile } from './live';
import { sortName, t } from './messages';
import { attempt, Choice, Page, Picture, Problem, say, useAsked, Waiting } from './parts';
import { address, go, route } from './route';
import { may } from './session';
import type { Corner, Shape, Side } from './shapes';
import * as model from './shapes';

const SORTS: Sort[] = ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck'];

export default function ZonesPage() {
  const name = route.value.about;
  const cameras = useAsked(() => ask<CameraTold[]>(client.GET('/api/cameras')), [], 3);
  const listed = cameras.value.value;
  const camera = listed?.find((one) => one.name === name);
  if (listed && !name && listed[0]) go('zones', listed[0].name);
  return (
    <Page
      title={t('zonesOf', { camera: name })}
      tools={listed && listed.length > 1 && <Choice label={t('camera')} value={name} options={listed.map((one) => one.name)} name={(one) => one} choose={(one) => (!model.changed.value || confirm(t('leaveUnsaved'))) && go('zones', one)} />}
    >
      {!listed && <Waiting asked={cameras} />}
      {listed && !camera && <Problem text={t('noSuchCamera', { camera: name })} />}
      {camera && <Editor key={name} camera={camera} />}
    </Page>
  );
}

function Editor({ camera }: { camera: CameraTold }) {
  const live = useSignal(false);
  const round = useSignal(0);
  const had = useSignal<CountingTold | null>(null);
  const [width, height] = [camera.width ?? 16, camera.height ?? 9];
  const load = async () => {
    const told = await ask<CountingTold>(client.GET('/api/cameras/{camera}/counting', { params: { path: { camera: camera.name } } }));
    had.value = told;
    model.begin(model.shapesOf(told.counting));
  };
  const save = () =>
    attempt(async () => {
      if (!had.value) return;
      const body = { revision: had.value.revision, counting: model.countingOf(had.value.counting, model.shapes.value) };
      had.value = await ask<CountingTold>(client.PUT('/api/cameras/{camera}/counting', { params: { path: { camera: camera.name } }, body }));
      model.kept();
    }, t('savedInForce'));
  useEffect(() => {
    model.begin([]);
    void attempt(load);
    const leave = (event: BeforeUnloadEvent) => model.changed.value && event.preventDefault();
    window.addEventListener('beforeunload', leave);
    return () => window.removeEventListener('beforeunload', leave);
  }, []);
  // A camera that was not there has a picture when it is.
  useEffect(() => void (round.value += 1), [camera.state]);
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.matches('input, select, textarea')) return;
      const name = `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.shiftKey ? 'Shift+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
      if (name === 'Ctrl+z') model.undo();
      else if (name === 'Ctrl+y' || name === 'Ctrl+Shift+z') model.redo();
      else if (name === 'Escape' && model.drawing.value) model.drawing.value = null;
      else if (name === 'Enter' && model.drawing.value && !target.matches('button')) finish();
      else if (name === 'z' && may('change') && had.value) begin('zone');
      else if (name === 'l' && may('change') && had.value) begin('line');
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, []);
  // What is drawn before the site's own shapes are there would go when they come.
  const edits = may('change') && had.value !== null;
  const chosen = model.chosen.value === null ? null : model.shapes.value[model.chosen.value];
  const bad = model.shapes.value.find(model.crosses);
  return (
    <div class="editor">
      <div>
        <div class="buttons" role="toolbar" aria-label={t('tools')}>
          {edits && <button type="button" aria-pressed={model.drawing.value?.type === 'zone'} onClick={() => begin('zone')}>{t('newZone')}<kbd>Z</kbd></button>}
          {edits && <button type="button" aria-pressed={model.drawing.value?.type === 'line'} onClick={() => begin('line')}>{t('newLine')}<kbd>L</kbd></button>}
          {model.drawing.value && <button type="button" class="strong" onClick={finish}>{t('finishShape')}<kbd>Enter</kbd></button>}
          {edits && <button type="button" disabled={!model.canUndo.value && !model.drawing.value} onClick={model.undo}>{t('undo')}<kbd>Ctrl+Z</kbd></button>}
          {edits && <button type="button" disabled={!model.canRedo.value} onClick={model.redo}>{t('redo')}<kbd>Ctrl+Y</kbd></button>}
          <button type="button" aria-pressed={live.value} onClick={() => (live.value = !live.value)}>{t('livePictures')}</button>
          {!live.value && <button type="button" onClick={() => (round.value += 1)}>{t('newStill')}</button>}
        </div>
        <div class="screen canvas" style={{ aspectRatio: `${width} / ${height}` }}>
          {live.value ? <Tile camera={camera} wanted reached plain /> : <Picture key={round.value} src={`${camera.still}?size=1280&r=${round.value}`} alt={t('stillOf', { camera: camera.name })} none={t('noStill')} soon />}
          <Drawing width={width} height={height} edits={edits} />
        </div>
        <p class="quiet small">{model.drawing.value ? t('drawHint') : t('editHint')}</p>
      </div>
      <aside>
        <h3>{t('shapes')}</h3>
        {!model.shapes.value.length && <p>{t('noShapes')}</p>}
        <ul class="shapes">
          {model.shapes.value.map((shape, n) => (
            <li key={n}>
              <button type="button" aria-pressed={n === model.chosen.value} onClick={() => (model.chosen.value = n)}>
                <span class={`swatch ${shape.type}`} /> {t(shape.type)} {shape.name}
              </button>
            </li>
          ))}
        </ul>
        {chosen && model.chosen.value !== null && <About shape={chosen} index={model.chosen.value} edits={edits} />}
        {bad && <Problem text={t('crosses', { name: bad.name })} />}
        {edits && (
          <button type="button" class="strong" id="save" disabled={!model.changed.value || !!bad} onClick={() => void save()}>
            {t('saveInForce')}
          </button>
        )}
        <p class="quiet small" role="status">{model.changed.value ? t('unsaved') : t('inForce')}</p>
        <p><a href={address('counts', '', { camera: camera.name })}>{t('countsOf', { camera: camera.name })}</a></p>
      </aside>
    </div>
  );
}

function begin(type: Shape['type']): void {
  model.drawing.value = { type, points: [] };
  model.chosen.value = null;
}

function finish(): void {
  if (!model.finish()) say(t('tooFewCorners'), true);
}

function About({ shape, index, edits }: { shape: Shape; index: number; edits: boolean }) {
  const name = useSignal(shape.name);
  const told = shape.rules.find((rule) => rule.kind === (shape.type === 'zone' ? 'presence' : 'crossing'));
  useEffect(() => void (name.value = shape.name), [shape.name, index]);
  return (
    <fieldset disabled={!edits}>
      <legend>{t(shape.type)}</legend>
      <label>
        {t('name')}
        <input
          value={name.value}
          pattern="[a-z0-9][a-z0-9_\-]{0,39}"
          title={t('nameHint')}
          onInput={(event) => (name.value = event.currentTarget.value)}
          onBlur={(event) => {
            if (!event.currentTarget.reportValidity() || name.value === shape.name) return;
            model.change(index, { name: name.value });
          }}
        />
      </label>
      <div role="group" aria-label={t('counted')}>
        {SORTS.map((sort) => (
          <label key={sort} class="line">
            <input
              type="checkbox"
              checked={shape.count.includes(sort)}
              onChange={(event) => {
                const count = event.currentTarget.checked ? [...shape.count, sort] : shape.count.filter((one) => one !== sort);
                if (count.length) model.change(index, { count });
                else event.currentTarget.checked = true;
              }}
            />
            {sortName(sort)}
          </label>
        ))}
      </div>
      <label>
        {t('anchor')}
        <select value={shape.at} onChange={(event) => model.change(index, { at: event.currentTarget.value as Anchor })}>
          {(['foot', 'middle', 'head'] as const).map((one) => (
            <option key={one} value={one}>
              {t(`anchor_${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="line">
        <input type="checkbox" id="tell" checked={!!told} onChange={(event) => model.change(index, { rules: event.currentTarget.checked ? [...shape.rules, model.ruleFor(shape)] : shape.rules.filter((rule) => rule !== told) })} />
        {t(shape.type === 'zone' ? 'tellPresence' : 'tellCrossing')}
      </label>
      {told?.kind === 'presence' && (
        <label>
          {t('hold')}
          <input
            type="number"
            min="0"
            max="3600"
            step="0.5"
            value={told.hold ?? 2}
            onChange={(event) => event.currentTarget.reportValidity() && model.change(index, { rules: shape.rules.map((rule) => (rule === told ? { ...told, hold: Number(event.currentTarget.value) } : rule)) })}
          />
        </label>
      )}
      {shape.rules.length > (told ? 1 : 0) && <p class="quiet small">{t('ruleElse')}</p>}
      <button type="button" onClick={() => model.removeShape(index)}>{t('removeShape')}</button>
    </fieldset>
  );
}

/** The shapes over the picture. Corners are dragged, or moved with the arrows; a side's middle makes a new corner. */
function Drawing({ width, height, edits }: { width: number; height: number; edits: boolean }) {
  const svg = useRef<SVGSVGElement>(null);
  const held = useRef<{ index: number; corner: number | null; from: Corner; points: Corner[]; moved: boolean } | null>(null);
  const pointer = useSignal<Corner | null>(null);
  // Corners are as large as a finger needs, however large the picture is drawn.
  const pixel = useSignal(1);
  useEffect(() => {
    const watch = new ResizeObserver(() => (pixel.value = width / Math.max(1, svg.current?.clientWidth ?? width)));
    if (svg.current) watch.observe(svg.current);
    return () => watch.disconnect();
  }, [width]);
  const at = (event: PointerEvent): Corner => {
    const box = (svg.current as SVGSVGElement).getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const hold = (event: PointerEvent, index: number, corner: number | null, moved = false) => {
    model.chosen.value = index;
    if (!edits || model.drawing.value) return;
    event.stopPropagation();
    const shape = model.shapes.value[index] as Shape;
    held.current = { index, corner, from: at(event), points: shape.points, moved };
    (svg.current as SVGSVGElement).setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const to = at(event);
    if (model.drawing.value) pointer.value = to;
    const now = held.current;
    if (!now) return;
    if (!now.moved) model.remember();
    now.moved = true;
    if (now.corner !== null) model.show(now.index, now.corner, to);
    else model.shift(now.index, now.points, [to[0] - now.from[0], to[1] - now.from[1]]);
  };
  const down = (event: PointerEvent) => {
    const now = model.drawing.value;
    if (!now) return void (event.target === svg.current && (model.chosen.value = null));
    const to = at(event);
    const first = now.points[0];
    const box = (svg.current as SVGSVGElement).getBoundingClientRect();
    const near = first && Math.hypot((first[0] - to[0]) * box.width, (first[1] - to[1]) * box.height) < 16;
    if (now.type === 'zone' && near && now.points.length >= 3) finish();
    else model.draw(to);
  };
  const corner = (event: KeyboardEvent, index: number, n: number) => {
    const step = event.shiftKey ? 0.02 : 0.004;
    const by: Record<string, Corner> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const arrow = by[event.key];
    if (arrow) model.nudge(index, n, arrow);
    else if (event.key === 'Delete' || event.key === 'Backspace') remove(index, n);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focus = (n: number) => void window.setTimeout(() => (svg.current?.querySelector(`[data-corner="${n}"]`) as SVGElement | null)?.focus(), 0);
  const remove = (index: number, n: number) => (model.removeCorner(index, n) ? focus(Math.max(0, n - 1)) : say(t('cornersNeeded'), true));
  const newCorner = (index: number, side: Side) => {
    const n = model.split(index, side);
    focus(n);
    return n;
  };
  const px = (point: Corner) => `${point[0] * width},${point[1] * height}`;
  const round = pixel.value * (matchMedia('(pointer: coarse)').matches ? 13 : 8);
  const drawn = model.drawing.value;
  return (
    <svg
      ref={svg}
      class={`shapes-svg ${drawn ? 'drawing' : ''}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="group"
      aria-label={t('shapes')}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => (held.current = null)}
      onPointerCancel={() => (held.current = null)}
      onDblClick={() => drawn && finish()}
    >
      {model.shapes.value.map((shape, index) => {
        const points = shape.points.map(px).join(' ');
        const now = index === model.chosen.value;
        return (
          <g key={index} class={`shape ${shape.type} ${now ? 'chosen' : ''} ${model.crosses(shape) ? 'wrong' : ''}`} data-name={shape.name}>
            {shape.type === 'zone' ? (
              <polygon points={points} onPointerDown={(event) => hold(event, index, null)} />
            ) : (
              <>
                <polyline class="grab" points={points} onPointerDown={(event) => hold(event, index, null)} />
                <polyline points={points} onPointerDown={(event) => hold(event, index, null)} />
                <Arrow shape={shape} width={width} height={height} />
              </>
            )}
            <text x={(shape.points[0] as Corner)[0] * width + round} y={Math.max(round * 2, (shape.points[0] as Corner)[1] * height - round)} font-size={pixel.value * 14}>
              {shape.name}
            </text>
            {now && edits && !drawn && (
              <>
                {model.sides(shape).map((side) => (
                  <circle
                    key={`m${side.from}`}
                    class="middle"
                    cx={side.middle[0] * width}
                    cy={side.middle[1] * height}
                    r={round * 0.7}
                    role="button"
                    tabindex={0}
                    data-middle={side.from}
                    aria-label={t('newCorner', { n: side.from + 1 })}
                    onPointerDown={(event) => hold(event, index, newCorner(index, side), true)}
                    onKeyDown={(event) => (event.key === 'Enter' || event.key === ' ') && (event.preventDefault(), event.stopPropagation(), newCorner(index, side))}
                  />
                ))}
                {shape.points.map((point, n) => (
                  <circle
                    key={`c${n}`}
                    class="corner"
                    cx={point[0] * width}
                    cy={point[1] * height}
                    r={round}
                    role="button"
                    tabindex={0}
                    data-corner={n}
                    aria-label={t('cornerOf', { n: n + 1, x: Math.round(point[0] * 100), y: Math.round(point[1] * 100) })}
                    onPointerDown={(event) => hold(event, index, n)}
                    onDblClick={() => remove(index, n)}
                    onKeyDown={(event) => corner(event, index, n)}
                  />
                ))}
              </>
            )}
          </g>
        );
      })}
      {drawn && drawn.points.length > 0 && <polyline class="draft" points={[...drawn.points, ...(pointer.value ? [pointer.value] : [])].map(px).join(' ')} />}
      {drawn?.points.map((point, n) => <circle key={n} class="corner" cx={point[0] * width} cy={point[1] * height} r={round} />)}
    </svg>
  );
}

/** Which way across a line is forward: from its left to its right, as one goes along it. */
function Arrow({ shape, width, height }: { shape: Shape; width: number; height: number }) {
  const [a, b] = [shape.points[0] as Corner, shape.points[1] as Corner];
  const [x, y] = [((a[0] + b[0]) / 2) * width, ((a[1] + b[1]) / 2) * height];
  const [dx, dy] = [(b[0] - a[0]) * width, (b[1] - a[1]) * height];
  const length = Math.hypot(dx, dy) || 1;
  const size = Math.max(width, height) / 30;
  const [nx, ny] = [(-dy / length) * size, (dx / length) * size];
  const [tx, ty] = [(dx / length) * size * 0.35, (dy / length) * size * 0.35];
  return <polygon class="forward" points={`${x + nx},${y + ny} ${x + tx},${y + ty} ${x - tx},${y - ty}`} aria-hidden="true" />;
}
