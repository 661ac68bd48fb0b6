// Zones and lines of one camera, drawn on a masked picture of it. Every step can be undone; what is saved is used at once.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Camera, type Counting, client, request } from '../api';
import { CameraTile } from '../camera_tile';
import { ErrorNote, LazyImage, Page, ToggleGroup } from '../components';
import { shapeTitle, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { navigate, pageUrl, route } from '../route';
import { can } from '../session';
import { ShapeForm } from '../shape_form';
import {
  configFromShapes,
  isRegion,
  regionsFromShapes,
  selfIntersects,
  shapesFromConfig,
  shapesFromRegions,
} from '../shapes';
import { cameraTitle, loadTitles } from '../titles';
import { withErrors } from '../toast';
import * as editor from '../zone_editor_state';
import { finishShape, ZoneOverlay } from '../zone_overlay';

const CAMERAS_INTERVAL_S = 3;

export default function ZonesPage() {
  const name = route.value.camera;
  const query = useQuery(() => request<Camera[]>(client.GET('/api/cameras')), [], CAMERAS_INTERVAL_S);
  const cameras = query.data.value;
  const camera = cameras?.find((other) => other.name === name);
  if (cameras && !name && cameras[0]) navigate('zones', cameras[0].name);
  const choose = (other: string) => {
    if (!editor.isDirty.value || confirm(t('discardUnsaved'))) navigate('zones', other);
  };
  return (
    <Page
      title={t('zonesOf', { camera: cameraTitle(name) })}
      tools={
        cameras &&
        cameras.length > 1 && (
          <ToggleGroup
            label={t('camera')}
            value={name}
            options={cameras.map((other) => other.name)}
            optionText={cameraTitle}
            onChange={choose}
          />
        )
      }
    >
      {!cameras && <QueryStatus query={query} />}
      {cameras && !camera && <ErrorNote text={t('noSuchCamera', { camera: name })} />}
      {camera && <ZoneEditor key={name} camera={camera} />}
    </Page>
  );
}

function ZoneEditor({ camera }: { camera: Camera }) {
  const live = useSignal(false);
  /** Counts up for a new still. */
  const still = useSignal(0);
  const saved = useSignal<Counting | null>(null);
  // What is drawn before the saved shapes are there would be lost when they come.
  const editable = can('edit_config') && saved.value !== null;
  useSavedShapes(camera.name, saved);
  useEditorKeys(saved);
  useEffect(() => {
    still.value += 1; // a camera that was offline may have a picture now
  }, [camera.state]);
  const [width, height] = [camera.width ?? 16, camera.height ?? 9];
  return (
    <>
      <ErrorNote text={saved.value?.write_problem ?? null} />
      <div class="editor">
        <div>
          <Toolbar editable={editable} live={live} still={still} />
          <div class="screen canvas" style={{ aspectRatio: `${width} / ${height}` }}>
            {live.value ? (
              <CameraTile camera={camera} enabled serverReachable plain />
            ) : (
              <LazyImage
                key={still.value}
                src={`${camera.still_url}?size=1280&r=${still.value}`}
                alt={t('stillOf', { camera: camera.display_name })}
                fallback={t('noStill')}
                retry
              />
            )}
            <ZoneOverlay width={width} height={height} editable={editable} />
          </div>
          <p class="quiet small">{editor.drawing.value ? t('drawHint') : t('editHint')}</p>
        </div>
        <ShapeList camera={camera.name} editable={editable} saved={saved} />
      </div>
    </>
  );
}

/** Loads the saved zones and lines of a camera, and asks before unsaved changes are lost. */
function useSavedShapes(camera: string, saved: Signal<Counting | null>): void {
  useEffect(() => {
    editor.loadShapes([]);
    const path = { camera };
    void withErrors(async () => {
      saved.value = await request<Counting>(client.GET('/api/cameras/{camera}/counting', { params: { path } }));
      const { counting, hide_regions, keep_regions, timetables } = saved.value;
      editor.timetables.value = timetables;
      editor.loadShapes([
        ...shapesFromConfig(counting),
        ...shapesFromRegions('hide', hide_regions),
        ...shapesFromRegions('keep', keep_regions),
      ]);
    });
    const onLeave = (event: BeforeUnloadEvent) => editor.isDirty.value && event.preventDefault();
    window.addEventListener('beforeunload', onLeave);
    return () => window.removeEventListener('beforeunload', onLeave);
  }, []);
}

function useEditorKeys(saved: Signal<Counting | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.matches('input, select, textarea')) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const name = `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.shiftKey ? 'Shift+' : ''}${key}`;
      const editable = can('edit_config') && saved.value !== null;
      if (name === 'Ctrl+z') editor.undo();
      else if (name === 'Ctrl+y' || name === 'Ctrl+Shift+z') editor.redo();
      else if (name === 'Escape' && editor.drawing.value) editor.cancelDrawing();
      else if (name === 'Enter' && editor.drawing.value && !target.matches('button')) finishShape();
      else if (name === 'z' && editable) editor.startDrawing('zone');
      else if (name === 'l' && editable) editor.startDrawing('line');
      else if (name === 'h' && editable) editor.startDrawing('hide');
      else if (name === 'k' && editable) editor.startDrawing('keep');
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

function Toolbar({ editable, live, still }: { editable: boolean; live: Signal<boolean>; still: Signal<number> }) {
  const drawing = editor.drawing.value;
  return (
    <div class="buttons" role="toolbar" aria-label={t('tools')}>
      {editable && (
        <>
          <button type="button" aria-pressed={drawing?.type === 'zone'} onClick={() => editor.startDrawing('zone')}>
            {t('newZone')}
            <kbd>Z</kbd>
          </button>
          <button type="button" aria-pressed={drawing?.type === 'line'} onClick={() => editor.startDrawing('line')}>
            {t('newLine')}
            <kbd>L</kbd>
          </button>
          <button type="button" aria-pressed={drawing?.type === 'hide'} onClick={() => editor.startDrawing('hide')}>
            {t('newHide')}
            <kbd>H</kbd>
          </button>
          <button type="button" aria-pressed={drawing?.type === 'keep'} onClick={() => editor.startDrawing('keep')}>
            {t('newKeep')}
            <kbd>K</kbd>
          </button>
        </>
      )}
      {/* There from the beginning: a row of tools that grew when one draws would move the picture away. */}
      {editable && (
        <button
          type="button"
          class={drawing ? 'strong' : ''}
          disabled={!drawing}
          title={drawing ? undefined : t('nothingDrawn')}
          onClick={finishShape}
        >
          {t('finishShape')}
          <kbd>Enter</kbd>
        </button>
      )}
      {editable && (
        <>
          <button
            type="button"
            disabled={!editor.canUndo.value && !drawing}
            title={editor.canUndo.value || drawing ? undefined : t('nothingToUndo')}
            onClick={editor.undo}
          >
            {t('undo')}
            <kbd>Ctrl+Z</kbd>
          </button>
          <button
            type="button"
            disabled={!editor.canRedo.value}
            title={editor.canRedo.value ? undefined : t('nothingToRedo')}
            onClick={editor.redo}
          >
            {t('redo')}
            <kbd>Ctrl+Y</kbd>
          </button>
        </>
      )}
      <button
        type="button"
        aria-pressed={live.value}
        onClick={() => {
          live.value = !live.value;
        }}
      >
        {t('livePictures')}
      </button>
      {!live.value && (
        <button
          type="button"
          onClick={() => {
            still.value += 1;
          }}
        >
          {t('newStill')}
        </button>
      )}
    </div>
  );
}

interface ShapeListProps {
  camera: string;
  editable: boolean;
  saved: Signal<Counting | null>;
}

function ShapeList({ camera, editable, saved }: ShapeListProps) {
  const shapes = editor.shapes.value;
  const selected = editor.selectedShape.value;
  const crossed = shapes.find(selfIntersects);
  const save = () =>
    withErrors(async () => {
      if (!saved.value) return;
      const { revision, counting } = saved.value;
      const body = {
        revision,
        counting: configFromShapes(counting, shapes),
        hide_regions: regionsFromShapes('hide', shapes),
        keep_regions: regionsFromShapes('keep', shapes),
      };
      const params = { path: { camera } };
      saved.value = await request<Counting>(client.PUT('/api/cameras/{camera}/counting', { params, body }));
      editor.markSaved();
      void loadTitles();
    }, t('savedCounting'));
  return (
    <aside>
      <h3>{t('shapes')}</h3>
      {!shapes.length && <p>{t('noShapes')}</p>}
      <ul class="shapes">
        {shapes.map((shape, index) => (
          <li key={index}>
            <button
              type="button"
              aria-pressed={index === editor.selectedIndex.value}
              onClick={() => {
                editor.selectedIndex.value = index;
              }}
            >
              <span class={`swatch ${shape.type}`} />{' '}
              {isRegion(shape) ? shapeTitle(shape) : `${t(shape.type)} ${shapeTitle(shape)}`}
            </button>
          </li>
        ))}
      </ul>
      {selected && editor.selectedIndex.value !== null && (
        <ShapeForm shape={selected} index={editor.selectedIndex.value} editable={editable} />
      )}
      {crossed && <ErrorNote text={t('selfIntersects', { name: shapeTitle(crossed) })} />}
      {editable && (
        <button
          type="button"
          class="strong"
          id="save"
          disabled={!editor.isDirty.value || !!crossed}
          onClick={() => void save()}
        >
          {t('save')}
        </button>
      )}
      <p class="quiet small" role="status">
        {editor.isDirty.value ? t('unsaved') : t('allSaved')}
      </p>
      <p>
        <a href={pageUrl('counts', '', { camera })}>{t('countsOf', { camera: cameraTitle(camera) })}</a>
      </p>
    </aside>
  );
}
