// Times in the reader's own time zone, and pages that follow what they show. Everything works without this.
const localTimes = (root) => {
  for (const time of root.querySelectorAll('time:not([data-keep])')) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.getTime()))
      time.textContent = date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  }
};

const refresh = async () => {
  const active = document.activeElement;
  // Nothing is taken from under the reader's hands.
  if (document.hidden || active?.matches('input, textarea') || !getSelection()?.isCollapsed) return;
  const response = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
  const next = new DOMParser().parseFromString(await response.text(), 'text/html');
  const main = next.querySelector('main');
  if (main === null) return;
  localTimes(main);
  for (const { id } of document.querySelectorAll('details[open][id]'))
    main.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '');
  const scrolled = [...document.querySelectorAll('main .scroll, main pre')].map(({ scrollLeft, scrollTop }) => [
    scrollLeft,
    scrollTop,
  ]);
  const focused = active?.closest('main')
    ? active.id
      ? `#${CSS.escape(active.id)}`
      : `[href="${CSS.escape(active.getAttribute('href') ?? '')}"]`
    : undefined;
  document.querySelector('main').replaceWith(main);
  if (focused !== undefined) main.querySelector(focused)?.focus({ preventScroll: true });
  main.querySelectorAll('.scroll, pre').forEach((element, index) => element.scrollTo(...(scrolled[index] ?? [0, 0])));
  document.body.dataset.refresh = next.body.dataset.refresh ?? '';
};

const follow = async () => {
  const seconds = Number(document.body.dataset.refresh);
  if (!(seconds > 0)) return;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await refresh().catch(() => {});
  void follow();
};

localTimes(document);
void follow();
