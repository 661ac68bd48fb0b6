// What happens to the sound in the release. It is part of the plan: it can be undone, and survives a reload.
import { edit } from './actions';
import { t } from './messages';
import * as store from './store';

const CHOICES = ['remove', 'remove-voices', 'keep', 'unnatural-voice'] as const;
const FILLS = ['silence', 'room-tone'] as const;
export type AudioChoice = (typeof CHOICES)[number];

export function SoundChoice() {
  const file = store.file.value;
  const mode = file?.history.audio_mode;
  if (!mode) return null;
  const searched = file.speech_searched;
  return (
    <>
      <label>
        {t('sound')}
        <select
          id="sound-choice"
          value={mode.audio}
          onChange={(event) =>
            void edit({ ...mode, op: 'audio_mode', audio: event.currentTarget.value as AudioChoice })
          }
        >
          {CHOICES.map((choice) => (
            <option key={choice} value={choice} disabled={choice === 'remove-voices' && !searched}>
              {t(`sound_${choice}`)}
            </option>
          ))}
        </select>
      </label>
      {mode.audio === 'remove-voices' && (
        <label>
          {t('voiceFill')}
          <select
            id="voice-fill"
            value={mode.voice_fill}
            onChange={(event) =>
              void edit({
                ...mode,
                op: 'audio_mode',
                voice_fill: event.currentTarget.value as (typeof FILLS)[number],
              })
            }
          >
            {FILLS.map((fill) => (
              <option key={fill} value={fill}>
                {t(`fill_${fill}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {!searched && <p>{t('speechNotSearched')}</p>}
    </>
  );
}
