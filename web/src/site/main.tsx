// The pages of a site: the way in, the frame around them, and which one is shown. Each is fetched when it is opened.
import { useSignal } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import { useEffect } from 'preact/hooks';
import { needed, type Right } from './api';
import { lazy } from './lazy';
import { LoginPage, PurposePage } from './login';
import { t, type Text } from './messages';
import { Toast } from './parts';
import { address, route } from './route';
import { enter, known, leave, may, me } from './session';
import { restoreTheme, switchTheme } from '../theme';
import './site.css';

interface Place {
  name: string;
  text: Text;
  right: Right;
  shown: ComponentType<object>;
  /** In the frame's list of pages? The others are come to from a page. */
  listed?: boolean;
}

const PLACES: Place[] = [
  { name: 'live', text: 'live', right: 'state', shown: lazy(() => import('./live')), listed: true },
  { name: 'events', text: 'events', right: 'look', shown: lazy(() => import('./events')), listed: true },
  { name: 'counts', text: 'counts', right: 'look', shown: lazy(() => import('./counts')), listed: true },
  { name: 'exports', text: 'exports', right: 'handle', shown: lazy(() => import('./exports')), listed: true },
  { name: 'cameras', text: 'cameras', right: 'change', shown: lazy(() => import('./cameras')), listed: true },
  { name: 'settings', text: 'settings', right: 'change', shown: lazy(() => import('./settings')), listed: true },
  { name: 'health', text: 'health', right: 'state', shown: lazy(() => import('./health')), listed: true },
  { name: 'accounts', text: 'accounts', right: 'know', shown: lazy(() => import('./accounts')), listed: true },
  { name: 'log', text: 'log', right: 'audit', shown: lazy(() => import('./log')), listed: true },
  { name: 'camera', text: 'recordings', right: 'look', shown: lazy(() => import('./camera')) },
  { name: 'zones', text: 'zones', right: 'look', shown: lazy(() => import('./zones')) },
  { name: 'me', text: 'myAccount', right: 'enter', shown: lazy(() => import('./mine')) },
];

const OwingPage = lazy(async () => ({ default: (await import('./mine')).OwingPage }));

function Site() {
  useEffect(() => {
    restoreTheme();
    void enter();
  }, []);
  if (!known.value) return <p class="enter quiet">{t('loading')}</p>;
  return (
    <>
      {!me.value ? <LoginPage /> : needed.value === 'purpose' ? <PurposePage /> : needed.value === 'password' || needed.value === 'factor' ? <OwingPage what={needed.value} /> : <Inside />}
      <Toast />
    </>
  );
}

function Inside() {
  const { page, about } = route.value;
  const place = PLACES.find((one) => one.name === page);
  useEffect(() => {
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [page, about]);
  const Shown = place?.shown;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
        {t('toContent')}
      </a>
      <Frame page={page} />
      {!place || !Shown ? (
        <main class="site-page" id="main"><p>{t('noSuchPage')}</p></main>
      ) : !may(place.right) ? (
        <main class="site-page" id="main"><p class="note">{t('notAllowed')}</p></main>
      ) : (
        <Shown />
      )}
    </>
  );
}

function Frame({ page }: { page: string }) {
  const open = useSignal(false);
  useEffect(() => void (open.value = false), [page]);
  return (
    <header class="frame">
      <h1>
        <a href={address('live')}>{me.value?.site ?? 'passerby'}</a>
      </h1>
      <button type="button" class="menu" aria-expanded={open.value} aria-controls="pages" onClick={() => (open.value = !open.value)}>
        {t('menu')}
      </button>
      <nav id="pages" aria-label={t('pages')} class={open.value ? 'open' : ''}>
        {PLACES.filter((one) => one.listed && may(one.right)).map((one) => (
          <a key={one.name} href={address(one.name)} aria-current={one.name === page ? 'page' : undefined}>
            {t(one.text)}
          </a>
        ))}
      </nav>
      <span class="who">
        <a href={address('me')} aria-current={page === 'me' ? 'page' : undefined} title={t('roleOf', { role: t(`role_${me.value?.role ?? 'viewer'}`) })}>
          {me.value?.name}
        </a>
        <button type="button" aria-label={t('theme')} title={t('theme')} onClick={switchTheme}>◐</button>
        <button type="button" onClick={() => void leave()}>{t('logOut')}</button>
      </span>
    </header>
  );
}

const root = document.getElementById('page');
if (root) render(<Site />, root);
