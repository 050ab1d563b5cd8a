// The foot of a phone: Start, Unblock, or the composer with the reply keyboard under it.

import { confirmBox, formBox, pop } from "./dialogs.js";
import { h, icon } from "./dom.js";

const LINES_MAX_PX = 130;

export class Foot {
  constructor(phone) {
    this.phone = phone;
    this.state = {};
    this.element = h("div", { class: "foot" });
    this.input = h("textarea", { rows: 1, maxlength: 4096, placeholder: "Message", "aria-label": "Message", oninput: () => this.typed(), onkeydown: (event) => this.key(event) });
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
    const wide = (words, deed) => [h("button", { class: "wide-key", onclick: () => this.phone.attempt(deed) }, words)];
    if (closed) return [];
    if (blocked) return wide("Unblock", () => this.phone.api.block(false));
    if (empty) return wide("Start", () => this.phone.api.say({ start: "" }));
    this.input.placeholder = keyboard?.placeholder || "Message";
    const rows = keyboard && !this.hidden ? this.replies(keyboard) : null;
    return [this.editing && this.editingLine(), this.composer(), rows].filter(Boolean);
  }

  composer() {
    const menu = h("button", { class: "menu-key", "aria-label": "Commands", "aria-haspopup": "menu", onclick: () => this.commands(menu) }, icon("menu"), "Menu");
    const toggle = h("button", { class: "round", "aria-label": this.hidden ? "Show the keyboard" : "Hide the keyboard", onclick: () => this.toggle() }, icon("keyboard"));
    const commands = this.phone.bot?.commands.length ? menu : null;
    return h("div", { class: "composer" }, ...[commands, this.attach, this.input, this.state.keyboard ? toggle : null, this.send, this.picker].filter(Boolean));
  }

  toggle() {
    this.hidden = !this.hidden;
    this.draw();
  }

  replies(keyboard) {
    const signs = { contact: "person", location: "place" };
    const key = (button, row, column) => h("button", { class: "key", onclick: () => this.press(button, row, column) }, signs[button.kind] ? icon(signs[button.kind]) : null, button.title);
    const rows = keyboard.rows.map((row, y) => h("div", {}, row.map((button, x) => key(button, y, x))));
    return h("div", { class: "replies", role: "group", "aria-label": "Suggested answers" }, rows);
  }

  async press(button, row, column) {
    const { person, title } = this.phone;
    const asks = {
      contact: ["Share your phone number?", `${title.textContent} will see your number ${person.phone}.`, "Share"],
      location: ["Share your location?", `${title.textContent} will see where you are.`, "Share"],
    }[button.kind];
    if (asks && !(await confirmBox(...asks))) return;
    await this.phone.attempt(() => this.phone.api.press(row, column));
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
    const entries = this.phone.bot.commands.map(({ command, description }) => ({ title: `/${command}`, below: description, act: () => this.phone.attempt(() => this.phone.api.say({ text: `/${command}` })) }));
    pop(this.phone.element, owner, entries, { bottom: "60px", left: "10px" });
  }

  attachMenu() {
    const say = (content) => () => this.phone.attempt(() => this.phone.api.say(content));
    const entry = (sign, title, act, below) => ({ sign: icon(sign), title, act, below });
    const entries = [
      entry("file", "Photo or file…", () => this.picker.click()),
      entry("person", "My contact", say({ contact: "own" }), this.phone.person.phone),
      entry("newcomer", "Somebody's contact…", () => this.askContact()),
      entry("place", "My location", say({ location: { lat: 50.4501, lon: 30.5234 } })),
      entry("smile", "Sticker", say({ sticker: "👍" })),
    ];
    pop(this.phone.element, this.attach, entries, { bottom: "60px", left: "10px" });
  }

  askContact() {
    const fields = [
      { name: "name", label: "Name", value: "Bohdan Shevchenko" },
      { name: "phone", label: "Phone", type: "tel", value: "+380671112233" },
      { name: "forwarded", label: "How", options: [["", "From the address book"], ["yes", "Forwarded from another chat"]] },
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
