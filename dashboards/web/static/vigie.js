/* Keeps the page fresh: on a change the same address is fetched again and its <main> put in place. The page works without it. */
(() => {
  const calmMs = 300;
  const pollMs = 15000;
  let waiting;
  let busy = false;
  let again = false;

  async function refresh() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
      stale(false);
    } catch {
      stale(true);
    }
    busy = false;
    if (again) {
      again = false;
      soon();
    }
  }

  function replace(fresh) {
    const old = document.getElementById("main");
    const next = fresh.getElementById("main");
    if (!old || !next) return;
    /* What the reader opened or closed stays so, and the keyboard stays where it was. */
    for (const box of old.querySelectorAll("details[id]")) {
      const same = next.querySelector(`#${CSS.escape(box.id)}`);
      if (same) same.open = box.open;
    }
    const focused = document.activeElement;
    /* Somebody is writing: what is half written would be lost. */
    if (old.contains(focused) && focused.matches("input")) return;
    const address = old.contains(focused) ? focused.getAttribute("href") : null;
    old.replaceChildren(...next.childNodes);
    document.title = fresh.title;
    if (address) old.querySelector(`a[href="${CSS.escape(address)}"]`)?.focus({ preventScroll: true });
  }

  function stale(yes) {
    const banner = document.getElementById("stale");
    if (banner && banner.hidden === yes) banner.hidden = !yes;
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, calmMs);
  }

  const events = new EventSource("/api/v1/events");
  events.addEventListener("change", soon);
  events.addEventListener("open", soon);
  setInterval(refresh, pollMs);
})();
