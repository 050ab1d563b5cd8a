// On a narrow screen one thing stands at a time; the tabs at the foot choose which, and mark where there is news.

import { h, icon } from "./dom.js";

const TABS = [["phone", "Phone", "phone"], ["bank", "Bank", "bank"], ["inbox", "SMS and trouble", "mail"]];

export class Tabs {
  constructor() {
    this.stage = document.getElementById("stage");
    this.buttons = new Map(TABS.map(([name, title, sign]) => [name, h("button", { onclick: () => this.turn(name) }, icon(sign), title)]));
    document.getElementById("tabs").append(...this.buttons.values());
    this.turn("phone");
  }

  turn(name) {
    this.stage.dataset.tab = name;
    for (const [each, button] of this.buttons) button.setAttribute("aria-current", String(each === name));
    this.buttons.get(name).querySelector(".news")?.remove();
  }

  news(name) {
    const button = this.buttons.get(name);
    if (this.stage.dataset.tab === name || button.querySelector(".news")) return;
    button.append(h("span", { class: "news" }, h("span", { class: "unseen" }, "news")));
  }
}
