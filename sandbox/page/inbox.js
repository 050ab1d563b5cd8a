// The text messages that the bank sent, with the one-time code ready to be typed in.

import { get } from "./api.js";
import { h } from "./dom.js";
import { section } from "./bank.js";

const SHOWN_MAX = 50;
const CODE = /(?<![\d•*.,])\d{4,8}(?![\d.,]*\d)/;

export class Inbox {
  constructor(type, house, arrived) {
    this.type = type;
    this.house = house;
    this.arrived = arrived;
    this.messages = [];
    this.home = document.getElementById("inbox");
  }

  async show(person) {
    this.person = person;
    this.messages = await get(`api/sms?phone=${encodeURIComponent(person.phone)}`);
    this.draw();
  }

  hear(message) {
    if (message.to !== this.person.phone) return;
    this.messages.unshift(message);
    this.draw();
    this.arrived(message, codeIn(message.text));
  }

  draw() {
    const rows = this.messages.slice(0, SHOWN_MAX).map((message) => this.row(message));
    const body = rows.length ? h("ul", { class: "list" }, rows) : h("p", { class: "nothing" }, h("b", {}, "No text messages yet. "), "One-time codes come here when the bot sends one, and can be typed in with one tap.");
    this.home.replaceChildren(section("SMS inbox", [h("span", { class: "quiet figures" }, this.person.phone)], body));
  }

  row(message) {
    const code = codeIn(message.text);
    const at = new Date(message.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    const acts = code && h("div", { class: "acts" }, h("span", { class: "code" }, code), h("button", { class: "soft", onclick: () => this.type(code) }, "Type it in"), h("button", { class: "soft", onclick: (event) => copy(code, event.currentTarget) }, "Copy"));
    return h("li", { class: "sms" }, h("div", { class: "line" }, h("span", {}, this.house.name), h("span", {}, at)), h("p", {}, message.text), acts);
  }
}

function codeIn(text) {
  return text.match(CODE)?.[0] ?? null;
}

async function copy(code, key) {
  await navigator.clipboard.writeText(code);
  key.textContent = "Copied";
  setTimeout(() => (key.textContent = "Copy"), 1500);
}
