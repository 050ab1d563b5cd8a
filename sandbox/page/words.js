// Turns a text with entities into nodes. Offsets are UTF-16 units, JavaScript's own.

import { h, safeUrl } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote" };

export function words(text, entities) {
  return within(text, entities.slice().sort((a, b) => a.offset - b.offset || b.length - a.length), 0, text.length);
}

function within(text, entities, from, to) {
  const nodes = [];
  let at = from;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || end <= entity.offset) {
      rest = others;
      continue;
    }
    const inner = others.filter((other) => other.offset < end);
    rest = others.filter((other) => other.offset >= end);
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    nodes.push(wrap(entity, text.slice(entity.offset, end), within(text, inner, entity.offset, end)));
    at = end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, text, nodes) {
  const tag = TAGS[entity.type];
  if (tag) return h(tag, {}, nodes);
  if (entity.type === "spoiler") return h("span", { class: "spoiler", tabindex: 0 }, nodes);
  const url = { text_link: entity.url, url: text, email: `mailto:${text}`, phone_number: `tel:${text}` }[entity.type];
  const address = url && safeUrl(url);
  return address ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, nodes) : h("span", {}, nodes);
}
