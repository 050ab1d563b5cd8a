// Who holds the phones: made for a new visitor, changeable, and replaceable by a new person at any time.

import { get, patch, post } from "./api.js";
import { formBox } from "./dialogs.js";
import { h, icon, initials } from "./dom.js";

const KEY = "person";
const NAMES = ["Olena Bondar", "Taras Melnyk", "Iryna Savchuk", "Andrii Lysenko", "Sofiia Marchenko", "Maksym Boiko", "Daryna Polishchuk", "Petro Hrytsenko"];
const LANGUAGES = [["en", "English"], ["uk", "Українська"]];

export async function whoIsHere() {
  const known = Number(localStorage.getItem(KEY));
  if (known) {
    const person = await get(`phones/people/${known}`).catch(() => null);
    if (person) return person;
  }
  return newPerson("Anna Koval");
}

export async function newPerson(name = NAMES[Math.floor(Math.random() * NAMES.length)]) {
  const [first_name, last_name] = name.split(" ");
  const number = String(crypto.getRandomValues(new Uint32Array(1))[0] % 10_000_000).padStart(7, "0");
  const language = navigator.language.startsWith("uk") ? "uk" : "en";
  const person = await post("phones/people", { first_name, last_name, phone: `+38050${number}`, language });
  localStorage.setItem(KEY, person.id);
  return person;
}

export function drawPerson(person, home, changed) {
  const name = `${person.first_name} ${person.last_name}`.trim();
  const chip = h("button", { class: "chip", "aria-label": `You are ${name}, ${person.phone}. Change`, onclick: () => change(person, changed) }, h("span", { class: "face" }, initials(name)), h("span", {}, h("b", {}, name), h("small", {}, person.phone)));
  const fresh = h("button", { class: "plain", "aria-label": "New person", onclick: async () => changed(await newPerson()) }, icon("newcomer"), h("span", {}, "New person"));
  const night = h("button", { class: "plain", "aria-label": "Light or dark", onclick: turnLight }, icon("moon"));
  home.replaceChildren(chip, fresh, night);
}

function change(person, changed) {
  const fields = [
    { name: "first_name", label: "First name", value: person.first_name },
    { name: "last_name", label: "Last name", value: person.last_name },
    { name: "phone", label: "Phone", type: "tel", value: person.phone },
    { name: "language", label: "Language of the phone", value: person.language, options: LANGUAGES },
  ];
  const save = async (values) => changed(await patch(`phones/people/${person.id}`, values));
  formBox("Who holds the phone", "The bot sees the name and the language at once, the number when it is shared.", fields, "Save", save);
}

export function turnLight() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

export function rememberLight() {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
}
