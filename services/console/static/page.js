// Brings the page up to date in place, and takes a token that came behind the address's `#`.
"use strict";

const EVERY = 15000;
const FORM = document.getElementById("sign-in");
const PAUSE = document.getElementById("pause");

// A token does not stay in the address, whether it is needed or not.
function signIn() {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname + location.search);
  if (!FORM) return;
  document.getElementById("token").value = token;
  FORM.submit();
}

async function refresh() {
  if (PAUSE.getAttribute("aria-pressed") === "true" || document.hidden) return;
  let answer;
  try {
    answer = await fetch(location.href, { cache: "no-store" });
  } catch {
    announce("bad", "This page cannot be brought up to date: the load balancer does not answer");
    return;
  }
  if (answer.status === 401) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const headline = page.getElementById("headline");
  if (!headline) return announce("bad", `This page cannot be brought up to date: status ${answer.status}`);
  const content = document.getElementById("content");
  const scrolled = [...content.querySelectorAll(".table")].map((each) => each.scrollLeft);
  const focused = [...content.querySelectorAll(".table")].indexOf(document.activeElement);
  content.replaceChildren(...page.getElementById("content").childNodes);
  const tables = [...content.querySelectorAll(".table")];
  tables.forEach((each, number) => { each.scrollLeft = scrolled[number] || 0; });
  if (focused >= 0 && tables[focused]) tables[focused].focus({ preventScroll: true });
  announce(headline.className, headline.textContent);
}

// Only a change is written: what a screen reader has said once it does not say again.
function announce(tone, text) {
  const headline = document.getElementById("headline");
  if (headline.textContent === text && headline.className === tone) return;
  headline.className = tone;
  headline.textContent = text;
}

function togglePause() {
  const paused = PAUSE.getAttribute("aria-pressed") !== "true";
  PAUSE.setAttribute("aria-pressed", String(paused));
  if (!paused) refresh();
}

signIn();
if (PAUSE) {
  PAUSE.hidden = false;
  PAUSE.addEventListener("click", togglePause);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EVERY);
}
