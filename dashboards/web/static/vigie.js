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
      const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Vigie-Refresh": "1" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      /* Led to the sign-in page: whoever was here is signed out by now. */
      if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
        if (!writing(document.getElementById("main"))) location.assign(answer.url);
        throw new Error("signed out");
      }
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
    if (writing(old)) return;
    const address = old.contains(focused) ? focused.getAttribute("href") : null;
    old.replaceChildren(...next.childNodes);
    document.title = fresh.title;
    if (address) old.querySelector(`a[href="${CSS.escape(address)}"]`)?.focus({ preventScroll: true });
  }

  /* Somebody is writing, or was told what is wrong with what they wrote: it would be lost. */
  function writing(main) {
    if (!main) return false;
    const focused = document.activeElement;
    if (main.contains(focused) && focused.matches("input, textarea, select, button")) return true;
    if (main.querySelector("form[data-keep]")) return true;
    for (const field of main.querySelectorAll("form input:not([type=hidden]), form textarea")) if (field.value !== field.defaultValue) return true;
    for (const one of main.querySelectorAll("form option")) if (one.selected !== one.defaultSelected && one.defaultSelected) return true;
    return false;
  }

  function stale(yes) {
    const banner = document.getElementById("stale");
    if (banner && banner.hidden === yes) banner.hidden = !yes;
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, calmMs);
  }

  /* Who comes by a personal link may not hear events. */
  if (!document.querySelector("main[data-polls]")) {
    const events = new EventSource("/api/v1/events");
    events.addEventListener("change", soon);
    events.addEventListener("open", soon);
  }
  setInterval(refresh, pollMs);
})();
