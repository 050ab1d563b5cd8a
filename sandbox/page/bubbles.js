// One message as an element, from the bubble shape of the phone API.

import { clock, h, icon, initials, safeUrl } from "./dom.js";
import { words } from "./words.js";

export function messageElement(message, acts) {
  const mine = message.from === "me";
  return h(
    "div",
    { class: `message ${mine ? "me" : "them"}${message.buttons.length ? " has-keys" : ""}`, "data-id": message.id, role: "listitem" },
    mine && (acts.manner.edits || acts.manner.deletes) ? h("button", { class: "more", "aria-label": "Edit or delete this message", onclick: (e) => acts.more(message, e.currentTarget) }, icon("dots")) : null,
    bubble(message, acts),
    message.buttons.length ? keys(message, acts) : null,
  );
}

function bubble(message, acts) {
  const shown = message.cards ? "" : message.text; // a card says itself what its text repeats
  if (message.sticker) return h("div", { class: "sticker" }, message.sticker, stamp(message, acts));
  return h(
    "div",
    { class: `bubble${message.picture ? " has-picture" : ""}${shown ? "" : " wordless"}` },
    message.header && h("b", { class: "heading" }, message.header),
    message.picture && picture(message, acts),
    message.document && documentLink(message.document),
    message.voice && thing("file", "Voice message", "listen", { href: message.voice.url, download: "voice" }),
    message.video && thing("file", "Video", "watch", { href: message.video.url, download: "video" }),
    message.contact && contact(message.contact),
    message.location && place(message.location),
    message.cards?.map(card),
    h("span", { class: "words" }, words(shown, message.entities), stamp(message, acts)),
    message.footer && h("small", { class: "footing" }, message.footer),
    message.reaction && h("span", { class: "reaction", "aria-label": `Reaction: ${message.reaction}` }, message.reaction),
  );
}

function stamp(message, { manner }) {
  const at = h("span", { class: "at" }, message.edited ? "edited " : null, clock(message.at));
  if (message.from !== "me") return h("span", { class: "stamp" }, at);
  const { sign, words: far, shown, read } = manner.ticks(message);
  return h("span", { class: `stamp${read ? " read" : ""}` }, at, shown ? null : icon(sign), h("span", { class: shown ? "far" : "unseen" }, far));
}

function card({ title, subtitle, picture: url }) {
  const address = url && safeUrl(url);
  return h("div", { class: "card-of" }, address && h("img", { src: address, alt: "" }), h("b", {}, title), subtitle && h("small", {}, subtitle));
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

function place({ lat, lon, name, address }) {
  return thing("place", name || "Location", address || `${lat.toFixed(4)}, ${lon.toFixed(4)}`, {});
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
  if (button.kind === "list") {
    return h("button", { class: "key opens", "aria-haspopup": "dialog", onclick: (event) => acts.list(message, button, event.currentTarget) }, icon("list"), button.title);
  }
  const asks = button.kind === "location" || button.kind === "contact";
  const act = asks ? acts.ask(button.kind) : acts.tap;
  return h("button", { class: "key", onclick: (event) => act(message, row, column, event.currentTarget) }, button.title);
}
