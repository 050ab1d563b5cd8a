// One message as an element, from the bubble shape of the phone API.

import { clock, h, icon, initials, safeUrl } from "./dom.js";
import { words } from "./words.js";

export function messageElement(message, acts) {
  const mine = message.from === "me";
  return h(
    "div",
    { class: `message ${mine ? "me" : "them"}`, "data-id": message.id, role: "listitem" },
    mine ? h("button", { class: "more", "aria-label": "Edit or delete this message", onclick: (e) => acts.more(message, e.currentTarget) }, icon("dots")) : null,
    bubble(message, acts),
    message.buttons.length ? keys(message, acts) : null,
  );
}

function bubble(message, acts) {
  if (message.sticker) return h("div", { class: "sticker" }, message.sticker, stamp(message));
  return h(
    "div",
    { class: `bubble${message.picture ? " has-picture" : ""}` },
    message.picture && picture(message, acts),
    message.document && documentLink(message.document),
    message.contact && contact(message.contact),
    message.location && place(message.location),
    h("span", { class: "words" }, words(message.text, message.entities), stamp(message)),
  );
}

function stamp(message) {
  const ticks = message.from === "me" ? icon(message.ticks > 1 ? "ticks" : "tick") : null;
  const read = message.from === "me" ? h("span", { class: "unseen" }, message.ticks > 1 ? "delivered" : "sent") : null;
  return h("span", { class: "stamp" }, message.edited ? "edited " : null, clock(message.at), ticks, read);
}

function picture(message, acts) {
  const { url, width, height } = message.picture;
  const shown = h("img", { src: url, width, height, alt: message.text || "Picture", loading: "lazy", decoding: "async" });
  shown.addEventListener("load", acts.grew, { once: true });
  return h("button", { class: "picture", "aria-label": "Enlarge the picture", onclick: () => acts.enlarge(url, message.text) }, shown);
}

function documentLink(file) {
  const size = file.size < 1024 * 1024 ? `${Math.max(1, Math.round(file.size / 1024))} KB` : `${(file.size / 1024 / 1024).toFixed(1)} MB`;
  return thing("file", file.name, size, { href: file.url, download: file.name });
}

function contact({ name, phone }) {
  return thing(null, name, `+${phone.replace(/^\+/, "")}`, {}, initials(name));
}

function place({ lat, lon }) {
  return thing("place", "Location", `${lat.toFixed(4)}, ${lon.toFixed(4)}`, {});
}

function thing(sign, title, below, link, letters) {
  return h(link.href ? "a" : "div", { class: "thing", ...link }, h("span", { class: "disc" }, sign ? icon(sign) : letters), h("span", {}, h("b", {}, title), h("small", {}, below)));
}

function keys(message, acts) {
  const row = (buttons, y) => h("div", {}, buttons.map((button, x) => key(message, button, y, x, acts)));
  return h("div", { class: "keys", role: "group", "aria-label": "Buttons" }, message.buttons.map(row));
}

function key(message, button, row, column, acts) {
  if (button.kind === "url") {
    const href = safeUrl(button.url);
    return h("a", { class: "key outside", href, target: "_blank", rel: "noopener noreferrer" }, button.title);
  }
  return h("button", { class: "key", onclick: (event) => acts.tap(message, row, column, event.currentTarget) }, button.title);
}
