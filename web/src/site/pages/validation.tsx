// A person counts minutes of a line or zone that were drawn, and the page then says how far the program's counts are off.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Camera, client, request, type Validation } from '../api';
import { Field, Form, Page } from '../components';
import { CountingPlayer } from '../counting_player';
import { className, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { pageUrl, route } from '../route';
import { can } from '../session';
import { cameraTitle, placeTitle } from '../titles';
import { withErrors } from '../toast';
import { resultText } from '../validation_result';

const USUAL_MINUTES = '30';

interface Subject {
  camera: string;
  location: string;
  kind: 'line' | 'zone';
  objectClass: Validation['object_class'];
}

export default function ValidationPage() {
  const { camera, query } = route.value;
  const subject: Subject = {
    camera,
    location: query.get('location') ?? '',
    kind: query.get('kind') === 'zone' ? 'zone' : 'line',
    objectClass: (query.get('class') ?? 'person') as Subject['objectClass'],
  };
  return <Validate key={Object.values(subject).join(' ')} subject={subject} />;
}

const isOf = ({ camera, location, kind, objectClass }: Subject, one: Validation): boolean =>
  one.camera === camera && one.location === location && one.kind === kind && one.object_class === objectClass;

function Validate({ subject }: { subject: Subject }) {
  const query = useQuery(() => request<Validation[]>(client.GET('/api/count-validations')), []);
  const camera = useQuery(
    () => request<Camera>(client.GET('/api/cameras/{camera}', { params: { path: { camera: subject.camera } } })),
    [subject.camera],
  );
  const newest = query.data.value?.find((one) => isOf(subject, one));
  const title = t('validationOf', {
    place: `${cameraTitle(subject.camera)} · ${placeTitle(subject.camera, subject.location)}`,
    what: className(subject.objectClass),
  });
  return (
    <Page title={title} tools={<a href={pageUrl('counts')}>{t('counts')}</a>}>
      <QueryStatus query={query} />
      {newest?.next && can('manage_events') && (
        <Counting validation={newest} camera={camera.data.value} onSaved={query.refresh} />
      )}
      {newest?.result && (
        <p>
          {resultText(newest)}{' '}
          <a href={`/api/count-validations/${newest.id}/document.json`} download>
            {t('validationDocument')}
          </a>
        </p>
      )}
      {query.data.value && !newest?.next && can('manage_events') && <Begin subject={subject} onBegun={query.refresh} />}
    </Page>
  );
}

function Begin({ subject, onBegun }: { subject: Subject; onBegun: () => Promise<void> }) {
  const minutes = useSignal(USUAL_MINUTES);
  const begin = () =>
    withErrors(async () => {
      const { camera, location, kind, objectClass } = subject;
      const body = { camera, location, kind, object_class: objectClass, stretches: Number(minutes.value) };
      await request<Validation>(client.POST('/api/count-validations', { body }));
      await onBegun();
    });
  return (
    <section class="card" aria-label={t('validationBegin')}>
      <p>{t('validationWhat')}</p>
      <Form onSubmit={begin} button={t('validationBegin')}>
        <Field label={t('validationMinutes')} hint="20–500" type="number" min="20" value={minutes} required />
      </Form>
    </section>
  );
}

interface CountingProps {
  validation: Validation;
  camera: Camera | null;
  onSaved: () => Promise<void>;
}

/** What is counted starts anew with each minute: a count is saved for good. */
function Counting(props: CountingProps) {
  return <CountedMinute key={props.validation.next?.number} {...props} />;
}

type Direction = 'forward' | 'backward';
const KEYS: Record<string, Direction> = { f: 'forward', b: 'backward' };

function CountedMinute({ validation, camera, onSaved }: CountingProps) {
  const pressed = useSignal<Direction[]>([]);
  const seen = useSignal(false);
  const { id, kind, next, drawn, done } = validation;
  const count = (direction: Direction) => {
    pressed.value = [...pressed.value, direction];
  };
  const undo = () => {
    pressed.value = pressed.value.slice(0, -1);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      const direction = KEYS[event.key.toLowerCase()];
      if (direction) count(direction);
      else if (event.key === 'Backspace') undo();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  if (!next) return null;
  const numberOf = (direction: Direction) => pressed.value.filter((one) => one === direction).length;
  const save = (countable: boolean) =>
    withErrors(async () => {
      const counts = countable ? { forward: numberOf('forward'), backward: numberOf('backward') } : null;
      const params = { path: { id, number: next.number } };
      await request<Validation>(
        client.PUT('/api/count-validations/{id}/stretches/{number}', { params, body: { counts } }),
      );
      await onSaved();
    });
  const name = (direction: Direction) => t(kind === 'line' ? direction : `validation_${direction}`);
  return (
    <section class="card" aria-label={t('validationMinute', { n: done + 1, of: drawn })}>
      <h3>{t('validationMinute', { n: done + 1, of: drawn })}</h3>
      <p class="quiet small">{t('validationHow')}</p>
      <CountingPlayer
        validation={validation}
        camera={camera}
        start={next.start}
        end={next.end}
        onEnd={() => {
          seen.value = true;
        }}
      />
      <div class="buttons">
        {(['forward', 'backward'] as const).map((direction) => (
          <button key={direction} type="button" onClick={() => count(direction)}>
            {name(direction)} <kbd>{direction === 'forward' ? 'F' : 'B'}</kbd> <b>{numberOf(direction)}</b>
          </button>
        ))}
        <button type="button" disabled={!pressed.value.length} onClick={undo}>
          {t('validationUndo')} <kbd>⌫</kbd>
        </button>
      </div>
      <Form
        onSubmit={() => save(true)}
        button={t('validationSave')}
        disabled={!seen.value}
        why={t('validationNotSeen')}
      />
      <button type="button" onClick={() => void save(false)}>
        {t('validationCannot')}
      </button>
    </section>
  );
}
