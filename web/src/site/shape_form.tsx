// What a zone or line counts, and the event that it raises.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Anchor, ObjectClass, Rule } from './api';
import { Checkbox, Select } from './components';
import { className, shapeTitle, t } from './messages';
import { RuleTimes, ruleTimesText } from './rule_times';
import { RuleTrialButton } from './rule_trial';
import { DEFAULT_MIN_DURATION_S, isRegion, nameFrom, newRule, type Shape } from './shapes';
import * as editor from './zone_editor_state';

const CLASSES: ObjectClass[] = ['person', 'bicycle', 'motorcycle', 'car', 'bus', 'truck'];
const ANCHORS = ['foot', 'middle', 'head'] as const satisfies Anchor[];
const MAX_TITLE = 60;
const MAX_MIN_DURATION_S = 3600;

interface ShapeFormProps {
  shape: Shape;
  index: number;
  editable: boolean;
}

export function ShapeForm({ shape, index, editable }: ShapeFormProps) {
  if (isRegion(shape)) return <RegionForm shape={shape} index={index} editable={editable} />;
  if (!editable) return <ShapeFacts shape={shape} />;
  return (
    <fieldset>
      <legend>{t(shape.type)}</legend>
      <NameField shape={shape} index={index} />
      <div role="group" aria-label={t('counted')}>
        {CLASSES.map((objectClass) => (
          <ClassCheckbox key={objectClass} objectClass={objectClass} shape={shape} index={index} />
        ))}
      </div>
      <Select
        label={t('anchor')}
        value={shape.anchor}
        options={ANCHORS.map((anchor) => [anchor, t(`anchor_${anchor}`)])}
        onChange={(anchor) => editor.updateShape(index, { anchor: anchor as Anchor })}
      />
      <EventRule shape={shape} index={index} />
      <button type="button" onClick={() => editor.removeShape(index)}>
        {t('remove')}
      </button>
    </fieldset>
  );
}

function RegionForm({ shape, index, editable }: ShapeFormProps) {
  return (
    <fieldset>
      <legend>{shapeTitle(shape)}</legend>
      <p class={shape.type === 'keep' ? 'note' : 'quiet'}>{t(shape.type === 'keep' ? 'keepNote' : 'hideNote')}</p>
      {editable && (
        <button type="button" onClick={() => editor.removeShape(index)}>
          {t('remove')}
        </button>
      )}
    </fieldset>
  );
}

/** For those who may not change it: what it counts and when it alerts, without fields. */
function ShapeFacts({ shape }: { shape: Shape }) {
  const rule = shape.rules.find(({ kind }) => kind === 'presence' || kind === 'crossing');
  return (
    <dl>
      <dt>{t('name')}</dt>
      <dd>{shape.title || shape.name}</dd>
      <dt>{t('counted')}</dt>
      <dd>{shape.count.map(className).join(', ')}</dd>
      <dt>{t('anchor')}</dt>
      <dd>{t(`anchor_${shape.anchor}`)}</dd>
      <dt>{t(shape.type === 'zone' ? 'alertPresence' : 'alertCrossing')}</dt>
      <dd>{rule ? ruleTimesText(rule, editor.timetables.value) : t('no')}</dd>
    </dl>
  );
}

function NameField({ shape, index }: { shape: Shape; index: number }) {
  const current = shape.title || shape.name;
  const name = useSignal(current);
  useEffect(() => {
    name.value = current;
  }, [current, index]);
  /** A shape that was never saved gets its name from what it is called. */
  const rename = (title: string) => {
    const others = editor.shapes.value.filter((_, n) => n !== index).map((other) => other.name);
    const made = editor.isSaved(shape.name) ? '' : nameFrom(title, new Set(others));
    editor.updateShape(index, { title, ...(made ? { name: made } : {}) });
  };
  return (
    <label>
      {t('name')}
      <input
        value={name.value}
        required
        maxLength={MAX_TITLE}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
        onBlur={(event) => {
          if (event.currentTarget.reportValidity() && name.value.trim() !== current) rename(name.value.trim());
        }}
      />
    </label>
  );
}

function ClassCheckbox({ objectClass, shape, index }: { objectClass: ObjectClass; shape: Shape; index: number }) {
  return (
    <label class="line">
      <input
        type="checkbox"
        checked={shape.count.includes(objectClass)}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          const count = checked ? [...shape.count, objectClass] : shape.count.filter((other) => other !== objectClass);
          if (count.length) editor.updateShape(index, { count });
          else event.currentTarget.checked = true; // something must be counted
        }}
      />
      {className(objectClass)}
    </label>
  );
}

function EventRule({ shape, index }: { shape: Shape; index: number }) {
  const kind = shape.type === 'zone' ? 'presence' : 'crossing';
  const rule = shape.rules.find((other) => other.kind === kind);
  const toggle = (checked: boolean) => {
    const rules = checked
      ? [...shape.rules, newRule(shape, editor.shapes.value)]
      : shape.rules.filter((other) => other !== rule);
    editor.updateShape(index, { rules });
  };
  const change = (changed: Rule) =>
    editor.updateShape(index, { rules: shape.rules.map((other) => (other === rule ? changed : other)) });
  return (
    <>
      <Checkbox
        id="alert"
        label={t(shape.type === 'zone' ? 'alertPresence' : 'alertCrossing')}
        checked={!!rule}
        onChange={toggle}
      />
      {rule?.kind === 'presence' && (
        <label>
          {t('minDuration')}
          <input
            type="number"
            min="0"
            max={MAX_MIN_DURATION_S}
            step="0.5"
            value={rule.min_duration ?? DEFAULT_MIN_DURATION_S}
            onChange={({ currentTarget }) =>
              currentTarget.reportValidity() && change({ ...rule, min_duration: Number(currentTarget.value) })
            }
          />
        </label>
      )}
      {rule && <RuleTimes rule={rule} timetables={editor.timetables.value} onChange={change} />}
      {rule && <RuleTrialButton rule={rule} />}
      {shape.rules.length > (rule ? 1 : 0) && <p class="quiet small">{t('otherRules')}</p>}
    </>
  );
}
