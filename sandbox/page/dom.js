// Builds elements. Everything that people or bots wrote goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  send: "M3 20.5 22 12 3 3.5v6.7L15 12 3 13.8z",
  attach: "M20 11.5 12.4 19a5 5 0 0 1-7-7.1l7.8-7.8a3.3 3.3 0 0 1 4.7 4.7l-7.7 7.7a1.7 1.7 0 0 1-2.4-2.3l7-7",
  dots: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  menu: "M4 7h16M4 12h16M4 17h10",
  tick: "M2 7.5 6 11.5 14 2.5",
  ticks: "M1 7.5 5 11.5 13 2.5M8.5 11.3l.2.2 8-9",
  "tick-circle": "M9 1.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M6.6 7.2l1.8 1.8 3.2-3.8",
  "tick-filled": "M9 1.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M6.6 7.2l1.8 1.8 3.2-3.8",
  "tick-face": "M9 1.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M6 5.2h6M9 5.2v5",
  file: "M13 3H6v18h12V8zM13 3v5h5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c.8-4 4-5.5 7.5-5.5s6.7 1.5 7.5 5.5",
  newcomer: "M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2.5 20.5c.8-4 4-5.5 7.5-5.5s6.7 1.5 7.5 5.5M20 7v6M17 10h6",
  place: "M12 21s7-6.3 7-11.5a7 7 0 0 0-14 0C5 14.7 12 21 12 21M12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8.5 14.5c2 2.5 5 2.5 7 0M9 9.5v.01M15 9.5v.01",
  keyboard: "M3 6h18v12H3zM7 10v.01M12 10v.01M17 10v.01M8 14h8",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6v.01M4.5 12v.01M4.5 18v.01",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  phone: "M7 3h10a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1M11 18h2",
  bank: "M3 9.5 12 4l9 5.5M5 10v8M10 10v8M14 10v8M19 10v8M3 20.5h18",
  mail: "M3 6h18v12H3zM3 7l9 6.5L21 7",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5",
  bolt: "M13 3 5 13.5h6L10.5 21 19 10.5h-6z",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.6-5.7l-1.4 1.4M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.6 5.7l1.4-1.4",
  stop: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M5.7 5.7l12.6 12.6",
  pencil: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19z",
  bin: "M5 7h14M9.5 7V4.5h5V7M7 7l1 13h8l1-13",
  pay: "M3 7h18v11H3zM3 11h18",
};

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "value" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, box = 24) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("viewBox", name.startsWith("tick") ? "0 0 18 14" : `0 0 ${box} ${box}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function initials(name) {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
}

export function announce(words) {
  document.getElementById("announcer").textContent = words;
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

// A web address that may be opened; anything else (javascript: and the like) is null.
export function safeUrl(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}
