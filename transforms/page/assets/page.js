// What pages do beyond links and forms: the theme, copying, and word of new meetings. All of it works without.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  if (kept) root.dataset.theme = kept;
  const theme = document.querySelector(".theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a private window */ }
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    const text = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      text.select();
      try { await navigator.clipboard.writeText(text.value); } catch { document.execCommand("copy"); }
      button.textContent = "Copied";
    });
  }

  document.addEventListener("keydown", (event) => {
    const search = document.getElementById("q");
    if (event.key === "/" && search && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });

  const version = document.body.dataset.version, count = document.querySelector(".count");
  if (version && count) {
    let first = null;
    const look = async () => {
      if (document.hidden) return;
      const answer = await fetch(version).then((r) => r.json()).catch(() => null);
      if (!answer) return;
      if (first !== null && answer.meetings !== first && !document.querySelector(".fresh")) {
        const said = document.createElement("p"), again = document.createElement("a");
        said.className = "notice fresh";
        again.href = location.pathname + location.search; // an address with a fragment would not be loaded again
        again.textContent = "The tables have changed: show what is new";
        said.append(again);
        count.after(said);
      }
      first ??= answer.meetings;
    };
    look();
    setInterval(look, 5000);
  }
})();
