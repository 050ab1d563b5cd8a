// Switches that break the world on purpose, each said in plain words.

import { get, put } from "./api.js";
import { section } from "./bank.js";
import { h } from "./dom.js";

const LOOK_AGAIN_MS = 4000;
const MANY = 1000;

const SWITCHES = [
  { title: "Lose the reply to the next transfer", below: "the money moves, no answer comes", core: "rest", operation: "transfer", outcome: "timeout_after", count: 1 },
  { title: "Refuse the next transfer", below: "the recipient is blocked", core: "rest", operation: "transfer", outcome: "refuse", count: 1 },
  { title: "The bank is down", below: "every request gets 503", core: "rest", operation: "*", outcome: "down", count: MANY },
  { title: "The bank is slow", below: "each answer takes 5 seconds", core: "rest", operation: "*", outcome: "ok", delay_s: 5, count: MANY },
  { title: "Text messages fail", below: "the SMS gateway is down", core: "sms", operation: "send", outcome: "down", count: MANY },
  { title: "Telegram throttles the bot", below: "the next 3 calls get 429", core: "telegram", outcome: "throttle", retry_after_s: 5, count: 3 },
  { title: "Telegram is broken", below: "the next 3 calls get a 502 page", core: "telegram", outcome: "html", count: 3 },
  { title: "Viber throttles the bot", below: "the next 3 calls get status 12", core: "viber", outcome: "throttle", count: 3 },
  { title: "WhatsApp throttles the bot", below: "the next 3 calls get a refusal", core: "whatsapp", outcome: "throttle", count: 3 },
  { title: "Messenger throttles the bot", below: "the next 3 calls get a refusal", core: "messenger", outcome: "throttle", count: 3 },
];

const MESSENGERS = ["telegram", "viber", "whatsapp", "messenger"];
const place = (messenger) => `phones/${messenger}/faults`;

export class Faults {
  constructor() {
    this.on = new Set();
    this.keys = SWITCHES.map((each) => this.key(each));
    const note = h("span", { class: "quiet" }, "what the bot must survive");
    document.getElementById("faults").replaceChildren(section("Trouble on demand", [note], h("ul", { class: "list" }, this.keys.map((key) => h("li", {}, key)))));
    this.look();
    setInterval(() => document.hidden || this.look(), LOOK_AGAIN_MS);
  }

  key(each) {
    return h("button", { class: "switch", role: "switch", "aria-checked": "false", onclick: () => this.turn(each) }, h("span", {}, h("b", {}, each.title), h("small", {}, each.below)), h("span", { class: "track", "aria-hidden": "true" }));
  }

  async turn(each) {
    const { title, below, core, ...fault } = each;
    const wanted = this.on.has(each) ? { ...fault, outcome: "ok", delay_s: 0, count: 1 } : { delay_s: 0, ...fault };
    if (MESSENGERS.includes(core)) await put(place(core), wanted);
    else await put("api/faults", { core, ...wanted });
    await this.look();
  }

  async ask(core) {
    return { ...(await get(place(core)).catch(() => ({}))), core };
  }

  async look() {
    const [bank, ...theirs] = await Promise.all([get("api/faults").catch(() => []), ...MESSENGERS.map((core) => this.ask(core))]);
    const known = [...bank, ...theirs];
    this.on = new Set(SWITCHES.filter((each) => known.some((fault) => matches(each, fault))));
    SWITCHES.forEach((each, index) => this.keys[index].setAttribute("aria-checked", String(this.on.has(each))));
  }
}

function matches(each, fault) {
  const same = fault.core === each.core && fault.outcome === each.outcome && fault.count > 0;
  return same && (each.operation ?? "") === (fault.operation ?? "") && (each.outcome !== "ok" || fault.delay_s > 0);
}
