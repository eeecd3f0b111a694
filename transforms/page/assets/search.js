// Search in a report on disk: its small index (index.js) has a line of words, a page and what is shown for each meeting.
"use strict";
(() => {
  const form = document.querySelector("form.search"), list = document.getElementById("meetings");
  const input = document.getElementById("q"), count = document.querySelector(".count"), pages = document.querySelector(".pages");
  const all = window.MEETWIRE || [], whole = [...list.children], said = [...count.childNodes];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const entry = ([href, when, status, names, facts]) => {
    const item = document.createElement("li"), left = document.createElement("div"), right = document.createElement("div");
    const link = document.createElement("a"), title = document.createElement("h2"), below = document.createElement("p");
    item.className = "meeting"; left.className = "when"; right.className = "what"; below.className = "facts";
    link.href = href; link.textContent = names; link.className = "who";
    left.append(when, document.createElement("br"), status); title.append(link); below.textContent = facts;
    right.append(title, below); item.append(left, right);
    return item;
  };
  const search = () => {
    const words = plain(input.value).match(/[\p{L}\p{N}]+/gu) || [];
    pages.hidden = words.length > 0;
    if (!words.length) { list.replaceChildren(...whole); count.replaceChildren(...said); return; }
    const found = all.filter((line) => words.every((word) => line[5].includes(" " + word)));
    list.replaceChildren(...found.slice(0, 200).map(entry));
    count.textContent = `${found.length} of ${all.length} meetings` + (found.length > 200 ? ", the newest 200 shown" : "");
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  input.addEventListener("input", search);
})();
