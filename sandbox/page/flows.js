// A strip above the phones while the saved flows are not fit to be published: what is wrong, and what serves meanwhile.
// The bot itself answers here, beside the sandbox; where it runs apart there is nothing to show.

import { announce, h } from "./dom.js";

const LOOK_MS = 1500;

export class Flows {
  constructor() {
    this.element = h("aside", { class: "flows", role: "status", hidden: true });
    document.getElementById("stage").before(this.element);
    this.shown = "";
    this.look();
  }

  async look() {
    if (!document.hidden) {
      const answer = await fetch("flows/problems").catch(() => null);
      if (answer?.status === 204) return;
      if (answer?.ok) this.draw(await answer.json());
    }
    setTimeout(() => this.look(), LOOK_MS);
  }

  draw({ version, trouble, problems }) {
    const state = JSON.stringify([version, trouble]);
    if (state === this.shown) return;
    this.shown = state;
    this.element.hidden = !trouble;
    if (!trouble) return;
    const errors = problems.filter((problem) => problem.severity === "error");
    const title = `The saved flows have ${errors.length === 1 ? "a mistake" : "mistakes"}. Version ${version} goes on serving.`;
    const rows = errors.map((one) => h("li", {}, h("code", {}, `${one.file}:${one.line}:${one.col}`), ` ${sentence(one.what)} `, h("em", {}, sentence(one.fix))));
    this.element.replaceChildren(
      h("details", {}, h("summary", {}, title), rows.length ? h("ul", {}, rows) : h("p", {}, trouble)),
    );
    announce(title);
  }
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!…]$/.test(whole) ? whole : `${whole}.`;
}
