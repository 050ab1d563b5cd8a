// One phone: its header, its chat, its foot. What is particular to a messenger comes in as `channel`.

import { Conversation } from "./conversation.js";
import { Foot } from "./foot.js";
import { confirmBox, formBox, pop } from "./dialogs.js";
import { announce, h, icon } from "./dom.js";

const TYPING_MS = 5000;
const TOAST_MS = 4000;
const BANNER_MS = 12000;

export class Phone {
  constructor(channel) {
    this.channel = channel;
    this.title = h("h2", {}, channel.title);
    this.status = h("small", {}, "waiting for the bot");
    this.dots = h("button", { class: "round", "aria-label": "More", "aria-haspopup": "menu", onclick: () => this.menu() }, icon("dots"));
    this.conversation = new Conversation(this);
    this.foot = new Foot(this);
    const face = h("span", { class: "face" }, h("img", { src: "page/mark.svg", alt: "" }));
    this.element = h("article", { class: `phone ${channel.name}`, "aria-label": `${channel.title} on a phone` },
      h("header", {}, face, h("div", {}, this.title, this.status), this.dots),
      this.conversation.element,
      this.foot.element);
    this.stand = h("div", { class: `stand ${channel.name}` }, h("p", { class: "caption", "aria-hidden": "true" }, h("i", { class: "dot" }), channel.title), this.element);
  }

  // The key that opens an empty chat; a bot may go without one where the messenger lets it.
  start() {
    return this.bot?.start === null ? null : this.channel.start;
  }

  async show(person) {
    this.person = person;
    this.bots = await this.channel.bots();
    const remembered = localStorage.getItem(`bot.${this.channel.name}`);
    this.bot = this.bots.find((bot) => String(bot.id) === remembered) ?? this.bots[0] ?? null;
    this.title.textContent = this.bot?.name ?? this.channel.title;
    this.quiet();
    this.dots.disabled = !this.bot;
    this.api = this.bot && this.channel.chat(person.id, this.bot.id);
    await this.reload();
  }

  async reload() {
    if (!this.api) {
      this.conversation.showNoBot();
      return this.foot.show({ closed: true });
    }
    const page = await this.api.history();
    this.conversation.show(page);
    this.foot.show({ empty: page.messages.length === 0 && !page.opened, keyboard: page.keyboard, blocked: page.blocked });
  }

  hear(event) {
    if (event.kind === "bots" || event.kind === "missed") return this.show(this.person);
    if (event.channel !== this.channel.name || event.bot !== this.bot?.id) return null;
    return this[`on_${event.kind}`]?.(event);
  }

  on_message({ bubble }) {
    this.conversation.add(bubble);
    this.foot.change({ empty: false });
    if (bubble.from === "bot") {
      this.quiet();
      this.tell(bubble);
    }
  }

  on_edited({ bubble }) {
    this.conversation.replace(bubble);
    if (bubble.from === "bot") this.tell(bubble);
  }

  on_deleted({ id }) {
    this.conversation.remove(id);
  }

  on_ticks({ id, ticks }) {
    this.conversation.tick(id, ticks);
  }

  on_opened() {
    this.foot.change({ empty: false });
  }

  on_keyboard({ keyboard }) {
    this.foot.change({ keyboard });
    this.conversation.grew();
  }

  on_blocked({ blocked }) {
    this.foot.change({ blocked });
  }

  on_typing() {
    this.status.textContent = "typing…";
    this.status.className = "busy";
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.quiet(), TYPING_MS);
  }

  on_typing_off() {
    this.quiet();
  }

  on_answered({ query, text, alert }) {
    this.conversation.answered(query);
    if (!text) return;
    if (alert) confirmBox(this.title.textContent, text, "OK", null);
    else this.toast(text);
  }

  quiet() {
    clearTimeout(this.typing);
    this.status.textContent = this.bot ? this.channel.status : "waiting for the bot";
    this.status.className = "";
  }

  tell(bubble) {
    const buttons = bubble.buttons.flat().map((button) => button.title);
    const what = bubble.text || (bubble.picture ? "a picture" : bubble.document ? `a document, ${bubble.document.name}` : "a message");
    announce(`${this.channel.title}, ${this.title.textContent}: ${what}${buttons.length ? `. Buttons: ${buttons.join(", ")}` : ""}`);
  }

  toast(text) {
    this.element.querySelector(".toast")?.remove();
    const toast = h("div", { class: "toast", role: "status" }, text);
    this.element.append(toast);
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  // Does what a person asked for and says so when it did not work.
  async attempt(deed) {
    try {
      return await deed();
    } catch (error) {
      this.toast(error.message);
      return null;
    }
  }

  // A text message from elsewhere falls in at the top, as on a real phone.
  banner(title, text, code, type) {
    this.element.querySelector(".banner")?.remove();
    const close = () => banner.remove();
    const use = code && h("button", { class: "soft", onclick: () => (type(code), close()) }, `Type in ${code}`);
    const banner = h("div", { class: "banner" }, h("span", { class: "disc" }, icon("mail")),
      h("div", {}, h("b", {}, title), h("p", {}, text), use),
      h("button", { class: "round", "aria-label": "Put the notice away", onclick: close }, icon("close")));
    this.element.append(banner);
    setTimeout(close, BANNER_MS);
  }

  // What it said has been used.
  putAwayBanner() {
    this.element.querySelector(".banner")?.remove();
  }

  menu() {
    const entry = (sign, title, below, act) => ({ sign: icon(sign), title, below, act });
    const blocked = this.foot.state.blocked;
    const entries = [
      entry("link", this.channel.link.title, this.channel.link.below, () => this.askPayload()),
      entry("stop", blocked ? this.channel.again : this.channel.leave, "the bot is told", () => this.attempt(() => this.api.block(!blocked))),
      ...this.channel.extras.map((extra) => entry(extra.sign, extra.title, extra.below, () => this.attempt(() => extra.act(this.api)))),
      ...this.bots.filter((bot) => bot.id !== this.bot.id).map((bot) => entry("person", bot.name, bot.username, () => this.turnTo(bot))),
    ];
    pop(this.element, this.dots, entries, { top: "58px", right: "10px" });
  }

  askPayload(given = "") {
    const save = ({ payload }) => this.api.say({ start: payload });
    formBox(this.channel.link.title.replace("…", ""), "What comes from a customer who taps a link with a payload.", [{ name: "payload", label: "Payload", hint: this.channel.link.hint, value: given }], "Open", save);
  }

  turnTo(bot) {
    localStorage.setItem(`bot.${this.channel.name}`, bot.id);
    return this.show(this.person);
  }
}
