// Asks a person something. Every dialog is a native one: focus stays inside and Escape leaves.

import { h, icon } from "./dom.js";

export function confirmBox(title, text, yes, no = "Cancel") {
  return new Promise((settle) => {
    const box = h("dialog", { "aria-label": title }, h("h2", {}, title), h("p", {}, text));
    const row = h("div", { class: "row" });
    if (no) row.append(h("button", { class: "soft", onclick: () => box.close() }, no));
    row.append(h("button", { class: "solid", autofocus: true, onclick: () => box.close("yes") }, yes));
    box.append(row);
    open(box, () => settle(box.returnValue === "yes"));
  });
}

// fields: [{name, label, value, type?, options?, hint?}]; save(values) may throw an Error whose words are shown.
export function formBox(title, text, fields, yes, save) {
  const wrong = h("p", { class: "wrong", role: "alert" });
  const inputs = fields.map(field);
  const box = h("dialog", { "aria-label": title });
  const submit = async (event) => {
    event.preventDefault();
    try {
      await save(Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()])));
      box.close();
    } catch (error) {
      wrong.textContent = error.message;
    }
  };
  const row = h("div", { class: "row" }, h("button", { class: "soft", type: "button", onclick: () => box.close() }, "Cancel"), h("button", { class: "solid" }, yes));
  box.append(h("form", { onsubmit: submit, novalidate: true }, h("h2", {}, title), text ? h("p", {}, text) : null, inputs.map(({ label }) => label), wrong, row));
  open(box);
}

function field({ name, label, value = "", type = "text", options = null, hint = "" }) {
  const input = options
    ? h("select", { name }, options.map(([key, words]) => h("option", { value: key, selected: key === value }, words)))
    : h("input", { name, type, value, placeholder: hint, autocomplete: "off", maxlength: 64 });
  return { name, input, label: h("label", {}, label, input) };
}

export function viewer(url, words) {
  const box = h("dialog", { class: "viewer", "aria-label": words || "Picture", onclick: () => box.close() }, h("img", { src: url, alt: words || "Picture" }), h("button", { class: "unseen", onclick: () => box.close() }, "Close"));
  open(box);
}

function open(box, closed = () => {}) {
  box.addEventListener("close", () => {
    box.remove();
    closed();
  });
  document.body.append(box);
  box.showModal();
}

// A small menu inside `home`. entries: [{icon, title, below?, act}]
export function pop(home, owner, entries, place) {
  home.querySelector(".pop")?.remove();
  const close = (focus) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    if (focus) owner.focus();
  };
  const outside = (event) => menu.contains(event.target) || close(false);
  const choose = (entry) => () => {
    close(true);
    entry.act();
  };
  const menu = h("div", { class: "pop", role: "menu", onkeydown: (event) => steer(event, menu, close) }, entries.map((entry) => h("button", { role: "menuitem", onclick: choose(entry) }, entry.sign ?? null, h("span", {}, entry.title, entry.below ? h("small", {}, entry.below) : null))));
  Object.assign(menu.style, place);
  home.append(menu);
  menu.querySelector("button").focus();
  document.addEventListener("pointerdown", outside, true);
}

function steer(event, menu, close) {
  const all = [...menu.querySelectorAll("button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") close(true);
  else if (step) {
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  }
}

// A sheet of rows inside `home`, from below; `choose` gets the index of the row. button: {title, rows: [{title,
// description, section}]}
export function sheet(home, owner, button, choose) {
  home.querySelector(".sheet")?.remove();
  const close = () => {
    veil.remove();
    owner.focus();
  };
  const shut = h("button", { class: "round", "aria-label": "Close the list", onclick: close }, icon("close"));
  const row = (one, index) => h("button", { onclick: () => (close(), choose(index)) }, h("span", {}, one.title, one.description ? h("small", {}, one.description) : null), h("i", { class: "dot", "aria-hidden": "true" }));
  const headed = (one, index) => [one.section && one.section !== button.rows[index - 1]?.section ? h("h4", {}, one.section) : null, row(one, index)];
  const body = h("div", { class: "panel", role: "dialog", "aria-modal": "true", "aria-label": button.title, onkeydown: (event) => within(event, body, close) }, h("header", {}, shut, h("h3", {}, button.title)), h("div", { class: "rows" }, button.rows.flatMap(headed)));
  const veil = h("div", { class: "sheet", onclick: (event) => event.target === veil && close() }, body);
  home.append(veil);
  body.querySelector(".rows button").focus();
}

// Arrows go through the rows; Tab stays inside.
function within(event, body, close) {
  if (event.key === "Tab") {
    const all = [...body.querySelectorAll("button")];
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  } else steer(event, body.querySelector(".rows"), close);
}
