// Receives notifications of the site while its pages are closed. It keeps nothing, and fetches nothing.
self.addEventListener('push', (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // shown without words all the same: a browser that shows nothing loses the permission
  }
  const shown = self.registration.showNotification(told.title || 'passerby', {
    body: told.body || '',
    tag: told.tag,
    lang: told.lang,
    data: { url: told.url },
  });
  event.waitUntil(shown);
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const given = event.notification.data?.url;
  const hash = given ? new URL(given).hash : '';
  // The pages at the address that this browser knows, whatever the message says.
  event.waitUntil(self.clients.openWindow(`/${hash}`));
});
