// <form data-autosave="address">: what is typed is kept on the server until the form is accepted, and offered again
// when the page is opened anew. Only what differs from the page as it came is kept, so that a restored form does not
// put back what somebody else has changed since. Passwords, files and hidden fields never leave the page this way.

const PAUSE = 2000; // after the last key, in milliseconds
const LONGEST_PAUSE = 10000; // while somebody types without a stop
const MOST_AT_LEAVING = 60000; // browsers let go of no more than 64 KB when a page is left
const KEPT_NOT = ["hidden", "password", "file", "submit", "button", "reset", "image"];

const local = (address) => {
  const url = new URL(address, location.href);
  return url.pathname + url.search;
};

// A form that came back with errors shows what was typed: all of it is worth keeping.
const cameBack = document.querySelector("[data-error-summary]") !== null;

const kept = (form) => [...form.elements].filter((each) => each.name && each.type && !KEPT_NOT.includes(each.type));

const isCheck = (field) => field.type === "checkbox" || field.type === "radio";

function typed(form) {
  const found = {};
  for (const field of kept(form)) {
    found[field.name] ??= [];
    if (isCheck(field)) {
      if (field.checked) found[field.name].push(field.value);
    } else if (field.multiple) {
      found[field.name].push(...[...field.selectedOptions].map((each) => each.value));
    } else {
      found[field.name].push(field.value);
    }
  }
  return found;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const changes = (now, before) =>
  Object.fromEntries(Object.entries(now).filter(([name, values]) => !same(values, before[name])));

function put(form, fields) {
  const positions = {};
  for (const field of kept(form)) {
    const values = fields[field.name];
    if (!values) continue;
    if (isCheck(field)) {
      field.checked = values.includes(field.value);
    } else if (field.multiple) {
      [...field.options].forEach((each) => (each.selected = values.includes(each.value)));
    } else {
      const position = positions[field.name] ?? 0;
      positions[field.name] = position + 1;
      if (position < values.length) field.value = values[position];
    }
    field.closest("details")?.setAttribute("open", "");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// What the page came with. `defaultValue` and the like, since browsers may have put typed text back already.
function original(form) {
  const found = {};
  for (const field of kept(form)) {
    found[field.name] ??= [];
    if (isCheck(field)) {
      if (field.defaultChecked) found[field.name].push(field.value);
    } else if (field.options) {
      const chosen = [...field.options].filter((each) => each.defaultSelected);
      const shown = chosen.length || field.multiple ? chosen : [...field.options].slice(0, 1);
      found[field.name].push(...shown.map((each) => each.value));
    } else {
      found[field.name].push(field.defaultValue);
    }
  }
  return found;
}

function connect(form) {
  const address = form.dataset.autosave;
  const page = local(location.href);
  const query = `?seite=${encodeURIComponent(page)}`;
  const line = form.querySelector("[data-autosave-line]");
  const before = cameBack ? {} : original(form);
  let last = {};
  let undecided = {}; // what is offered and neither taken nor thrown away: what is typed meanwhile is added to it
  let asked = Promise.resolve();
  let told = "";
  let timer = 0;
  let firstKey = 0;
  let isSent = false;
  let underWay = new AbortController();

  // Said aloud only when the kind of news changes: one "saved", not one every few seconds.
  const say = (kind, text) => {
    line.setAttribute("aria-live", kind === told ? "off" : "polite");
    told = kind;
    line.hidden = false;
    line.classList.toggle("ozg-autosave--warning", kind !== "saved");
    line.textContent = text;
  };

  const save = async () => {
    clearTimeout(timer);
    firstKey = 0;
    const own = changes(typed(form), before);
    if (isSent || same(own, last)) return;
    await asked;
    const fields = { ...undecided, ...own };
    const body = JSON.stringify({ path: page, target: local(form.getAttribute("action") || location.href), fields });
    underWay = new AbortController();
    try {
      const answer = await fetch(address, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json" },
        keepalive: body.length < MOST_AT_LEAVING,
        signal: underWay.signal,
      });
      if (answer.status === 401 || answer.status === 403) say("signed-out", line.dataset.signedOut);
      else if (answer.status === 422) say("refused", (await answer.json()).said);
      else if (!answer.ok) throw new Error(answer.statusText);
      else {
        last = own;
        say("saved", (await answer.json()).said);
      }
    } catch (error) {
      if (error.name !== "AbortError") say("offline", line.dataset.offline);
    }
  };

  const soon = () => {
    isSent = false;
    clearTimeout(timer);
    firstKey ||= Date.now();
    timer = setTimeout(save, Math.max(0, Math.min(PAUSE, firstKey + LONGEST_PAUSE - Date.now())));
  };

  const offer = async () => {
    const found = await fetch(address + query, { headers: { Accept: "application/json" } }).catch(() => null);
    if (found?.status !== 200) return;
    const draft = await found.json();
    if (Object.keys(draft.fields).length === 0 || same(changes(draft.fields, typed(form)), {})) return;
    const region = form.querySelector("[data-autosave-offer]");
    const inside = region.firstElementChild;
    const words = region.querySelector("[data-autosave-words]");
    undecided = draft.fields;
    inside.hidden = false;
    words.textContent = draft.offer;
    region.querySelector("[data-autosave-restore]").addEventListener("click", () => {
      put(form, { ...draft.fields, ...changes(typed(form), before) });
      undecided = {};
      words.textContent = region.dataset.restored;
      inside.querySelector(".ozg-actions").hidden = true;
      words.tabIndex = -1;
      words.focus();
    });
    region.querySelector("[data-autosave-discard]").addEventListener("click", () => {
      inside.hidden = true;
      undecided = {};
      last = {};
      fetch(`${address}/verwerfen${query}`, { method: "POST" }).then(soon, soon);
      kept(form)[0]?.focus();
    });
  };

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => {
    isSent = true; // what is sent now must not be kept after it was accepted
    clearTimeout(timer);
    underWay.abort();
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());
  window.addEventListener("pagehide", save);
  window.addEventListener("online", () => told === "offline" && save());
  window.addEventListener("pageshow", () => (isSent = false));
  if (cameBack) soon();
  else asked = offer();
}

document.querySelectorAll("form[data-autosave]").forEach(connect);
