// The phones side by side. Where they do not all fit, pills above them lead to each and mark where there is news; on a
// narrow screen one phone stands at a time. It remembers which phone a person used last.

import { h } from "./dom.js";

const SEEN_RATIO = 0.6;
const KEY = "messenger";

export class Messengers {
  constructor(phones) {
    this.phones = new Map(phones.map((phone) => [phone.channel.name, phone]));
    this.stage = document.getElementById("stage");
    this.row = document.getElementById("phones");
    this.row.append(...phones.map((phone) => phone.stand));
    this.pills = new Map(phones.map(({ channel }) => [channel.name, pill(channel, () => this.turn(channel.name))]));
    document.getElementById("messengers").append(...this.pills.values());
    this.inView = new Set();
    const watcher = new IntersectionObserver((entries) => this.looked(entries), { root: this.row, threshold: SEEN_RATIO });
    for (const phone of phones) {
      watcher.observe(phone.stand);
      for (const sign of ["pointerdown", "focusin"]) phone.element.addEventListener(sign, () => this.use(phone.channel.name));
    }
    this.use(this.phones.has(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : phones[0].channel.name);
  }

  // The phone that was used last, if a bot is on it; else the first with one.
  used() {
    const last = this.phones.get(this.last);
    return last.bot ? last : [...this.phones.values()].find((phone) => phone.bot) ?? last;
  }

  use(name) {
    this.last = name;
    localStorage.setItem(KEY, name);
    this.stage.dataset.phone = name;
    for (const [each, button] of this.pills) button.setAttribute("aria-current", String(each === name));
    this.calm(name);
  }

  turn(name) {
    this.use(name);
    this.phones.get(name).stand.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
  }

  news(name) {
    const button = this.pills.get(name);
    if (!button || this.inView.has(name) || button.querySelector(".news")) return;
    button.append(h("span", { class: "news" }, h("span", { class: "unseen" }, "news")));
  }

  calm(name) {
    this.pills.get(name).querySelector(".news")?.remove();
  }

  looked(entries) {
    for (const { target, intersectionRatio } of entries) {
      const [name] = [...this.phones].find(([, phone]) => phone.stand === target);
      if (intersectionRatio < SEEN_RATIO) this.inView.delete(name);
      else {
        this.inView.add(name);
        this.calm(name);
      }
    }
  }
}

function pill(channel, act) {
  return h("button", { class: channel.name, onclick: act }, h("i", { class: "dot", "aria-hidden": "true" }), channel.title);
}
