// The list of messages: newest at the foot, older pages on demand, a thousand at most in the page.

import { messageElement } from "./bubbles.js";
import { pop, sheet, viewer } from "./dialogs.js";
import { h, icon } from "./dom.js";

const HELD_MAX = 1000;
const NEAR_FOOT_PX = 140;
const TAP_WAIT_MS = 15000;
const SCROLL_KEYS = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);
const BY_HAND_MS = 1000;

export class Conversation {
  constructor(phone) {
    this.phone = phone;
    this.messages = new Map();
    this.waiting = new Map();
    this.early = new Set();
    this.list = h("div", { class: "chat", role: "list", tabindex: 0, "aria-label": "Messages", onscroll: () => this.scrolled() });
    this.down = h("button", { class: "round down", "aria-label": "To the newest message", hidden: true, onclick: () => this.toFoot() }, icon("down"));
    this.element = h("div", { class: "chat-box" }, this.list, this.down);
    this.acts = {
      manner: phone.channel,
      list: (...what) => this.listOf(...what),
      ask: (kind) => (...what) => this.give(kind, ...what),
      tap: (...what) => this.tap(...what),
      enlarge: viewer,
      grew: () => this.grew(),
      more: (message, owner) => this.more(message, owner),
    };
    this.touchedAt = -Infinity;
    this.top = 0;
    for (const sign of ["wheel", "touchmove", "pointerdown", "keydown"]) this.list.addEventListener(sign, (event) => this.touched(event), { passive: true });
    this.list.addEventListener("wheel", (event) => event.deltaY < 0 && this.leaveFoot(), { passive: true });
    new ResizeObserver(() => this.grew()).observe(this.list);
  }

  show(page) {
    this.messages.clear();
    this.last = null;
    this.waiting.clear();
    this.early.clear();
    this.list.replaceChildren();
    this.older = page.more;
    if (page.messages.length === 0) this.list.append(this.invitation());
    for (const message of page.messages) this.put(message);
    this.toFoot();
  }

  invitation() {
    const bot = this.phone.bot;
    const words = bot.description || bot.short_description || "Open a card in half a minute, send money by card number, see your balance.";
    const face = h("span", { class: "face" }, h("img", { src: "page/mark.svg", alt: "" }));
    const hint = this.phone.start()?.hint ?? "Just write: say hello to begin.";
    return h("div", { class: "blank" }, face, h("h3", {}, "What can this bot do?"), h("p", {}, words), h("p", {}, h("b", {}, hint)));
  }

  showNoBot() {
    this.messages.clear();
    this.list.replaceChildren(h("div", { class: "blank" }, h("h3", {}, `Nobody is on ${this.phone.channel.title} yet`), h("p", {}, "The bank's bot registers here when it starts with this messenger switched on. The phone wakes by itself as soon as it does.")));
  }

  add(message) {
    if (this.messages.has(message.id)) return this.replace(message);
    const follow = this.atFoot !== false || message.from === "me";
    this.list.querySelector(".blank")?.remove();
    this.put(message).classList.add("new");
    while (this.messages.size > HELD_MAX) this.dropOldest();
    if (follow) this.toFoot();
    return null;
  }

  put(message) {
    const element = messageElement(message, this.acts);
    const last = this.last;
    if (!last || dayOf(last.message) !== dayOf(message)) this.list.append(dayMark(message));
    if (last?.message.from !== message.from) element.classList.add("first");
    this.last = { message, element };
    this.messages.set(message.id, this.last);
    this.list.append(element);
    return element;
  }

  replace(message) {
    const known = this.messages.get(message.id);
    if (!known) return;
    const element = messageElement(message, this.acts);
    element.classList.toggle("first", known.element.classList.contains("first"));
    known.element.replaceWith(element);
    this.messages.set(message.id, { message, element });
    this.grew();
  }

  remove(id) {
    this.messages.get(id)?.element.remove();
    this.messages.delete(id);
  }

  tick(id, ticks) {
    const known = this.messages.get(id);
    if (known) this.replace({ ...known.message, ticks });
  }

  async tap(message, row, column, key) {
    key.classList.add("waits");
    const answer = await this.phone.attempt(() => this.phone.api.tap({ message: message.id, row, column }));
    // A quick bot answers before the tap itself has come back.
    if (!answer?.query || this.early.delete(answer.query)) return key.classList.remove("waits");
    this.waiting.set(answer.query, key);
    setTimeout(() => this.waiting.has(answer.query) && this.answered(answer.query), TAP_WAIT_MS);
    return null;
  }

  answered(query) {
    if (!this.waiting.has(query)) this.early.add(query);
    this.waiting.get(query)?.classList.remove("waits");
    this.waiting.delete(query);
  }

  // A list of rows to choose one from comes up over the chat.
  listOf(message, button, owner) {
    const choose = (row) => this.phone.attempt(() => this.phone.api.tap({ message: message.id, row, column: 0 }));
    sheet(this.phone.element, owner, button, choose);
  }

  async give(kind, message, row, column, key) {
    if (await this.phone.foot.agrees(kind)) await this.tap(message, row, column, key);
  }

  more(message, owner) {
    const { edits, deletes } = this.phone.channel;
    const act = (deed) => () => this.phone.attempt(deed);
    const entries = deletes ? [{ sign: icon("bin"), title: "Delete", act: act(() => this.phone.api.remove(message.id)) }] : [];
    if (edits && message.text) entries.unshift({ sign: icon("pencil"), title: "Edit", act: () => this.phone.foot.edit(message) });
    const box = this.phone.element.getBoundingClientRect();
    const at = owner.getBoundingClientRect();
    pop(this.phone.element, owner, entries, { top: `${Math.min(at.top - box.top, box.height - 150)}px`, right: "60px" });
  }

  // Pressing a button in a message is no scrolling; the scroll bar and the arrow keys are.
  touched({ type, target, key }) {
    if (type === "pointerdown" && target !== this.list) return;
    if (type === "keydown" && !SCROLL_KEYS.has(key)) return;
    this.touchedAt = performance.now();
  }

  leaveFoot() {
    if (this.list.scrollHeight <= this.list.clientHeight) return;
    this.atFoot = false;
    cancelAnimationFrame(this.frame);
    this.frame = null;
  }

  scrolled() {
    // Only a hand leaves the foot: messages that grow or go while they are laid out do not.
    const down = this.list.scrollTop > this.top;
    this.top = this.list.scrollTop;
    if (performance.now() - this.touchedAt < BY_HAND_MS) this.atFoot = down && this.nearFoot();
    this.down.hidden = this.atFoot;
    if (!this.atFoot && this.list.scrollTop < 80 && this.older && !this.loading) this.loadOlder();
  }

  async loadOlder() {
    const [oldest] = this.messages.keys();
    if (!oldest || this.messages.size >= HELD_MAX) return;
    this.loading = true;
    const page = await this.phone.attempt(() => this.phone.api.history(oldest));
    if (page) this.prepend(page);
    this.loading = false;
  }

  prepend(page) {
    const height = this.list.scrollHeight;
    const held = [...this.messages.values()].map(({ message }) => message);
    const top = this.list.scrollTop;
    this.messages.clear();
    this.last = null;
    this.list.replaceChildren();
    this.older = page.more;
    for (const message of [...page.messages, ...held]) this.put(message);
    this.list.scrollTop = top + this.list.scrollHeight - height;
  }

  dropOldest() {
    const [id] = this.messages.keys();
    this.remove(id);
    this.older = true;
  }

  nearFoot() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_FOOT_PX;
  }

  grew() {
    if (this.atFoot !== false) this.toFoot();
  }

  toFoot() {
    this.atFoot = true;
    this.touchedAt = -Infinity;
    this.down.hidden = true;
    this.frame ??= requestAnimationFrame(() => this.settle(2));
  }

  // Twice: what comes into view is laid out only then, and may be taller than was guessed.
  settle(times) {
    this.frame = null;
    if (!this.atFoot) return;
    this.list.scrollTop = this.list.scrollHeight;
    if (times > 1) this.frame = requestAnimationFrame(() => this.settle(times - 1));
  }
}

const dayOf = (message) => new Date(message.at * 1000).toDateString();

function dayMark(message) {
  const today = dayOf(message) === new Date().toDateString();
  return h("div", { class: "day" }, today ? "Today" : new Date(message.at * 1000).toLocaleDateString([], { day: "numeric", month: "long" }));
}
