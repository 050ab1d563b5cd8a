// The foot of a phone: Start, Unblock, or the composer with the reply keyboard under it.

import { confirmBox, formBox, pop } from "./dialogs.js";
import { h, icon, safeUrl } from "./dom.js";

const LINES_MAX_PX = 130;

export class Foot {
  constructor(phone) {
    this.phone = phone;
    this.state = {};
    this.element = h("div", { class: "foot" });
    this.input = h("textarea", { rows: 1, maxlength: phone.channel.most, placeholder: "Message", "aria-label": "Message", oninput: () => this.typed(), onkeydown: (event) => this.key(event) });
    this.picker = h("input", { type: "file", hidden: true, onchange: () => this.sendFile() });
    this.attach = h("button", { class: "round", "aria-label": "Attach", "aria-haspopup": "menu", onclick: () => this.attachMenu() }, icon("attach"));
    this.send = h("button", { class: "round send", "aria-label": "Send", onclick: () => this.submit() }, icon("send"));
  }

  show(state) {
    this.hidden = false;
    this.editing = null;
    this.state = { empty: false, keyboard: null, blocked: false, closed: false, ...state };
    this.draw();
  }

  change(part) {
    const same = Object.entries(part).every(([name, value]) => this.state[name] === value);
    if (same) return;
    if (part.keyboard) this.hidden = false;
    this.state = { ...this.state, ...part };
    this.draw();
  }

  draw() {
    const focused = this.element.contains(document.activeElement);
    this.element.replaceChildren(...this.parts());
    if (focused && this.input.isConnected) this.input.focus();
  }

  parts() {
    const { closed, blocked, empty, keyboard } = this.state;
    const { channel } = this.phone;
    const wide = (words, deed) => [h("button", { class: "wide-key", onclick: () => this.phone.attempt(deed) }, words)];
    const start = this.phone.start();
    if (closed) return [];
    if (blocked) return wide(channel.again, () => this.phone.api.block(false));
    if (empty && start) return wide(start.title, () => this.phone.api.say({ start: "" }));
    this.input.placeholder = keyboard?.placeholder || "Message";
    const rows = keyboard && !this.hidden ? this.replies(keyboard) : null;
    const input = keyboard?.input === "hidden" && rows ? null : this.composer();
    return [this.editing && this.editingLine(), empty && this.firstWords(), keyboard?.above && rows, input, !keyboard?.above && rows].filter(Boolean);
  }

  // Where nothing is pressed to begin, the first words are offered.
  firstWords() {
    const { title, text } = this.phone.channel.first;
    const say = () => this.phone.attempt(() => this.phone.api.say({ text }));
    return h("div", { class: "quick" }, h("div", {}, h("button", { class: "key", onclick: say }, title)));
  }

  composer() {
    const menu = h("button", { class: "menu-key", "aria-label": "Commands", "aria-haspopup": "menu", onclick: () => this.commands(menu) }, icon("menu"), h("span", {}, "Menu"));
    const toggle = h("button", { class: "round", "aria-label": this.hidden ? "Show the keyboard" : "Hide the keyboard", onclick: () => this.toggle() }, icon("keyboard"));
    const commands = this.phone.channel.menu(this.phone.bot).length ? menu : null;
    return h("div", { class: "composer" }, ...[commands, this.attach, this.input, this.state.keyboard && !this.state.keyboard.above ? toggle : null, this.send, this.picker].filter(Boolean));
  }

  toggle() {
    this.hidden = !this.hidden;
    this.draw();
  }

  replies(keyboard) {
    const signs = { contact: "person", location: "place" };
    const tiles = keyboard.rows.some((row) => row.some((button) => button.columns));
    const key = (button, row, column) => {
      const inner = [signs[button.kind] ? icon(signs[button.kind]) : null, h("span", {}, button.title)];
      const press = () => this.press(button, row, column);
      const url = button.kind === "url" && safeUrl(button.url);
      const made = url
        ? h("a", { class: "key outside", href: url, target: "_blank", rel: "noopener noreferrer", onclick: press }, inner)
        : h("button", { class: "key", onclick: press }, inner);
      return tiles ? painted(made, button) : made;
    };
    const rows = keyboard.rows.map((row, y) => h("div", {}, row.map((button, x) => key(button, y, x))));
    const shape = keyboard.above ? "quick" : tiles ? "replies tiles" : "replies";
    return h("div", { class: shape, role: "group", "aria-label": "Suggested answers", onwheel: keyboard.above ? sideways : null }, rows);
  }

  async press(button, row, column) {
    // A quick reply shows the very number that it sends.
    if (!this.state.keyboard?.above && !(await this.agrees(button.kind))) return;
    await this.phone.attempt(() => this.phone.api.press(row, column));
  }

  // A phone asks before it gives away a number or a place.
  async agrees(kind) {
    const { person, title } = this.phone;
    const asks = {
      contact: ["Share your phone number?", `${title.textContent} will see your number ${person.phone}.`, "Share"],
      location: ["Share your location?", `${title.textContent} will see where you are.`, "Share"],
    }[kind];
    return !asks || confirmBox(...asks);
  }

  type(text) {
    this.input.value = text;
    this.typed();
    this.input.focus();
  }

  typed() {
    this.input.style.height = "44px";
    this.input.style.height = `${Math.min(this.input.scrollHeight, LINES_MAX_PX)}px`;
  }

  key(event) {
    if (event.key === "Escape" && this.editing) this.stopEditing();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const editing = this.editing;
    this.input.value = "";
    this.typed();
    const deed = editing ? () => this.phone.api.edit(editing.id, text) : () => this.phone.api.say({ text });
    const done = await this.phone.attempt(deed);
    if (editing) this.stopEditing();
    if (!done) this.type(text);
  }

  edit(message) {
    this.editing = message;
    this.draw();
    this.type(message.text);
  }

  stopEditing() {
    this.editing = null;
    this.input.value = "";
    this.draw();
    this.input.focus();
  }

  editingLine() {
    return h("div", { class: "editing" }, "Editing your message", h("button", { class: "round", "aria-label": "Stop editing", onclick: () => this.stopEditing() }, icon("close")));
  }

  commands(owner) {
    const entries = this.phone.channel.menu(this.phone.bot).map((entry) => ({ ...entry, act: () => this.phone.attempt(() => entry.act(this.phone.api)) }));
    pop(this.phone.element, owner, entries, { bottom: "60px", left: "10px" });
  }

  attachMenu() {
    const say = (content) => () => this.phone.attempt(() => this.phone.api.say(content));
    const entry = (sign, title, act, below = null) => ({ sign: icon(sign), title, below, act });
    const all = {
      file: entry("file", "Photo or file…", () => this.picker.click()),
      contact: entry("person", "My contact", say({ contact: "own" }), this.phone.person.phone),
      others: entry("newcomer", "Somebody's contact…", () => this.askContact()),
      place: entry("place", "My location", say({ location: { lat: 50.4501, lon: 30.5234 } })),
      sticker: entry("smile", "Sticker", say({ sticker: "👍" })),
    };
    pop(this.phone.element, this.attach, this.phone.channel.attach.map((name) => all[name]), { bottom: "60px", left: "10px" });
  }

  askContact() {
    const fields = [
      { name: "name", label: "Name", value: "Bohdan Shevchenko" },
      { name: "phone", label: "Phone", type: "tel", value: "+380671112233" },
      ...(this.phone.channel.forwards ? [{ name: "forwarded", label: "How", options: [["", "From the address book"], ["yes", "Forwarded from another chat"]] }] : []),
    ];
    const save = ({ name, phone, forwarded }) => this.phone.api.say({ contact: { name, phone, forwarded: forwarded === "yes" } });
    formBox("Send a contact", "A bot must not take somebody else's number for yours.", fields, "Send", save);
  }

  sendFile() {
    const [file] = this.picker.files;
    this.picker.value = "";
    if (file) this.phone.attempt(() => this.phone.api.file(/^image\/(jpeg|png|webp)$/.test(file.type) ? "photo" : "document", file));
  }
}

// A tile as wide, as high and as coloured as the bot asked; the ink is what can be read on it.
function painted(key, { columns, height, colour, ink }) {
  key.style.gridColumn = `span ${columns}`;
  key.style.minHeight = `${height * 44}px`;
  if (colour) key.style.background = colour;
  if (colour || ink) key.style.color = ink ?? readableOn(colour);
  return key;
}

function readableOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? "#14213D" : "#FFFFFF";
}

// A wheel turns up and down; the row runs sideways.
function sideways(event) {
  if (event.deltaX || event.currentTarget.scrollWidth <= event.currentTarget.clientWidth) return;
  event.preventDefault();
  event.currentTarget.scrollLeft += event.deltaY;
}
