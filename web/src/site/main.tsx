// The pages of a site: login, the header, and the page that is shown. Each page is fetched when it is opened.
import { useSignal } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import { useEffect } from 'preact/hooks';
import { restoreTheme, toggleTheme } from '../shared/theme';
import { type Right, requiredStep } from './api';
import { lazy } from './lazy';
import { type Text, t } from './messages';
import { LoginPage, PurposePage } from './pages/login';
import { pageUrl, route } from './route';
import { can, loadSession, logOut, session, sessionLoaded } from './session';
import { SiteClock } from './site_clock';
import { Toast } from './toast';
import { waiting, waitingOn, watchWaiting } from './waiting';
import './site.css';

interface PageEntry {
  /** In the address. */
  name: string;
  title: Text;
  right: Right;
  component: ComponentType;
}

// biome-ignore format: one line per page, as a table
const MENU: PageEntry[] = [
  { name: 'sites', title: 'fleetSites', right: 'view_fleet_health', component: lazy(() => import('./fleet/sites_page')) },
  { name: 'sums', title: 'counts', right: 'view_fleet_counts', component: lazy(() => import('./fleet/counts_page')) },
  { name: 'live', title: 'live', right: 'view_status', component: lazy(() => import('./pages/live')) },
  { name: 'recordings', title: 'recordings', right: 'view_media', component: lazy(() => import('./pages/all_recordings')) },
  { name: 'events', title: 'events', right: 'view_media', component: lazy(() => import('./pages/events')) },
  { name: 'counts', title: 'counts', right: 'view_media', component: lazy(() => import('./pages/counts')) },
  { name: 'exports', title: 'clips', right: 'manage_events', component: lazy(() => import('./pages/clips')) },
  { name: 'cameras', title: 'cameras', right: 'edit_config', component: lazy(() => import('./pages/cameras')) },
  { name: 'settings', title: 'settings', right: 'edit_config', component: lazy(() => import('./pages/settings')) },
  { name: 'health', title: 'health', right: 'view_status', component: lazy(() => import('./pages/health')) },
  { name: 'administration', title: 'administration', right: 'edit_config', component: lazy(() => import('./pages/administration')) },
  { name: 'accounts', title: 'accounts', right: 'view_accounts', component: lazy(() => import('./pages/accounts')) },
  { name: 'log', title: 'auditLog', right: 'view_audit_log', component: lazy(() => import('./pages/audit_log')) },
];
/** Reached from other pages, or from the header. */
// biome-ignore format: one line per page, as a table
const OTHER_PAGES: PageEntry[] = [
  { name: 'site', title: 'fleetSites', right: 'view_fleet_health', component: lazy(() => import('./fleet/site_page')) },
  { name: 'camera', title: 'recordings', right: 'view_media', component: lazy(() => import('./pages/recordings')) },
  { name: 'zones', title: 'zones', right: 'view_media', component: lazy(() => import('./pages/zones')) },
  { name: 'validation', title: 'counts', right: 'view_media', component: lazy(() => import('./pages/validation')) },
  { name: 'me', title: 'myAccount', right: 'login', component: lazy(() => import('./pages/my_account')) },
];

const RequiredSetupPage = lazy(async () => ({ default: (await import('./pages/my_account')).RequiredSetupPage }));

function Site() {
  useEffect(() => {
    restoreTheme();
    void loadSession();
  }, []);
  if (!sessionLoaded.value) return <p class="enter quiet">{t('loading')}</p>;
  return (
    <>
      <CurrentPage />
      <Toast />
    </>
  );
}

function CurrentPage() {
  const step = requiredStep.value;
  if (!session.value) return <LoginPage />;
  if (step === 'purpose') return <PurposePage />;
  if (step === 'password' || step === 'totp') return <RequiredSetupPage what={step} />;
  return <SignedIn />;
}

function SignedIn() {
  const { camera } = route.value;
  const page = shownPage(route.value.page);
  const entry = [...MENU, ...OTHER_PAGES].find(({ name }) => name === page);
  useEffect(() => {
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [page, camera]);
  const skip = (event: Event) => {
    event.preventDefault();
    document.getElementById('main')?.focus();
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: a skip link; following its address would change the page */}
      <a class="skip" href="#main" onClick={skip}>
        {t('skipToContent')}
      </a>
      <Header page={page} />
      <Content entry={entry} />
    </>
  );
}

/** A fleet has no live pictures: it begins with its sites. */
const shownPage = (page: string): string => (page === 'live' && can('view_fleet_health') ? 'sites' : page);

function Content({ entry }: { entry: PageEntry | undefined }) {
  if (entry && can(entry.right)) return <entry.component />;
  return (
    <main class="site-page" id="main">
      {entry ? <p class="note">{t('notAllowed')}</p> : <p>{t('noSuchPage')}</p>}
    </main>
  );
}

/** How many wait on a page, in words for those who do not see it. */
function WaitingBadge({ page }: { page: string }) {
  const found = waiting.value && waitingOn(page, waiting.value);
  if (!found) return null;
  return (
    <span class={`badge ${page === 'live' ? 'wrong' : 'wait'}`} title={t(found.text, { n: found.count })}>
      <span aria-hidden="true">{found.count}</span>
      <span class="unseen">, {t(found.text, { n: found.count })}</span>
    </span>
  );
}

function Header({ page }: { page: string }) {
  const open = useSignal(false);
  useEffect(watchWaiting, []);
  useEffect(() => {
    open.value = false;
  }, [page]);
  const current = (name: string) => (name === page ? 'page' : undefined);
  return (
    <header class="frame">
      <h1>
        <a href={pageUrl('live')}>{session.value?.site ?? 'passerby'}</a>
      </h1>
      <button
        type="button"
        class="menu"
        aria-expanded={open.value}
        aria-controls="pages"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {t('menu')}
      </button>
      <nav id="pages" aria-label={t('pages')} class={open.value ? 'open' : ''}>
        {MENU.filter(({ right }) => can(right)).map(({ name, title }) => (
          <a key={name} href={pageUrl(name)} aria-current={current(name)}>
            {t(title)}
            <WaitingBadge page={name} />
          </a>
        ))}
      </nav>
      <SiteClock />
      <span class="who">
        <a
          href={pageUrl('me')}
          aria-current={current('me')}
          title={t('roleOf', { role: t(`role_${session.value?.role ?? 'viewer'}`) })}
        >
          {session.value?.name}
        </a>
        <button type="button" aria-label={t('theme')} title={t('theme')} onClick={toggleTheme}>
          ◐
        </button>
        <button type="button" onClick={() => void logOut()}>
          {t('logOut')}
        </button>
      </span>
    </header>
  );
}

const root = document.getElementById('page');
if (root) render(<Site />, root);
