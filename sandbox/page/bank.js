// Accounts whose balances move, and the postings that moved them.

import { get, post } from "./api.js";
import { announce, h } from "./dom.js";
import { amount } from "./money.js";

const SHOWN_MAX = 100;
const RECIPIENT = { name: "Bohdan Shevchenko", phone: "+380671112233" };

const KINDS = { transfer: "Transfer", fee: "Fee", topup: "Top-up", deposit: "Deposit", opening: "Opening balance", reversal: "Reversal" };

export class Bank {
  constructor(type, house) {
    this.type = type;
    this.opening = { currency: house.currency, balance_minor: house.gift_minor };
    this.accounts = new Map();
    this.postings = [];
    this.made = h("div", { role: "status" });
    this.accountsHome = document.getElementById("accounts");
    this.postingsHome = document.getElementById("postings");
  }

  async show(person) {
    this.person = person;
    const [accounts, postings] = await Promise.all([get("api/accounts"), get("api/postings")]);
    this.accounts = new Map(accounts.map((account) => [account.account, account]));
    this.postings = newestFirst(postings);
    this.draw();
  }

  hearAccount(account) {
    const before = this.accounts.get(account.account);
    this.accounts.set(account.account, account);
    this.drawAccounts();
    const moved = before ? account.balance_minor - before.balance_minor : 0;
    if (!moved || account.status === "internal") return;
    const shown = this.accountsHome.querySelector(`[data-account="${CSS.escape(account.account)}"] .balance`);
    shown?.classList.add(moved > 0 ? "up" : "down-by");
    announce(`Balance of ${account.holder}: ${amount(account.balance_minor, account.currency)} ${account.currency}`);
  }

  hearPosting(posting) {
    this.postings.unshift(posting);
    this.postings.length = Math.min(this.postings.length, 1000);
    this.drawPostings();
  }

  draw() {
    this.drawAccounts();
    this.drawPostings();
  }

  drawAccounts() {
    const all = [...this.accounts.values()];
    const own = (account) => account.holder === `${this.person.first_name} ${this.person.last_name}`.trim();
    const customers = all.filter((account) => account.status !== "internal").sort((a, b) => own(b) - own(a));
    const house = all.filter((account) => account.status === "internal");
    const give = h("button", { class: "soft", onclick: () => this.give({ name: `${this.person.first_name} ${this.person.last_name}`.trim(), phone: this.person.phone }) }, "Give a card");
    const recipient = h("button", { class: "soft", onclick: () => this.give(RECIPIENT) }, "Add a recipient");
    const rows = customers.map((account) => accountRow(account, own(account) ? "" : "other"));
    const inside = house.length && h("details", { class: "house", open: this.open }, h("summary", {}, `The bank's own accounts (${house.length})`), house.map((account) => accountRow(account, "house")));
    if (inside) inside.addEventListener("toggle", () => (this.open = inside.open));
    const empty = customers.length ? null : h("p", { class: "nothing" }, h("b", {}, "No customer has a card yet. "), "In the phone press Start and open one, or give one here.");
    this.accountsHome.replaceChildren(section("Accounts", [give, recipient], this.made, empty, h("div", { class: "list" }, rows, inside || null)));
  }

  drawPostings() {
    const rows = this.postings.slice(0, SHOWN_MAX).map((posting) => this.postingRow(posting));
    const body = rows.length ? h("ul", { class: "list" }, rows) : h("p", { class: "nothing" }, h("b", {}, "No money has moved yet. "), "When it does, both sides of every posting stand here.");
    this.postingsHome.replaceChildren(section("Postings", [h("span", { class: "quiet figures" }, this.postings.length ? `${this.postings.length}` : "")], body));
  }

  postingRow(posting) {
    const at = new Date(posting.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
    const kind = KINDS[posting.kind] ?? posting.kind.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
    return h("li", { class: "posting" },
      h("b", {}, kind), h("span", { class: "sum" }, `${amount(posting.amount_minor, posting.currency)} ${posting.currency}`),
      h("small", { title: posting.ref }, `${this.label(posting.debit)} → ${this.label(posting.credit)}`), h("small", { class: "time" }, at));
  }

  label(account) {
    const known = this.accounts.get(account);
    if (!known) return account;
    return known.last4 ? `${known.holder} •${known.last4}` : known.holder || account;
  }

  async give(customer) {
    try {
      const { cards } = await post("api/customers", { ...customer, cards: [this.opening] });
      this.showMade(customer, cards[0].card_number);
    } catch (error) {
      this.made.replaceChildren(h("p", { class: "nothing" }, error.message));
    }
  }

  showMade(customer, number) {
    const grouped = number.replace(/(.{4})(?=.)/g, "$1 ");
    const type = h("button", { class: "soft", onclick: () => this.type(number) }, "Type it in");
    this.made.replaceChildren(h("div", { class: "made" }, h("p", {}, `${customer.name} has a card with ${amount(this.opening.balance_minor, this.opening.currency)} ${this.opening.currency}:`), h("code", {}, grouped), type));
  }
}

function accountRow(account, kind) {
  const state = ["active", "internal"].includes(account.status) ? null : h("span", { class: "state" }, ` · ${account.status}`);
  const where = account.last4 ? `•••• ${account.last4}` : account.account;
  return h("div", { class: "account", "data-account": account.account },
    h("span", { class: `plastic ${kind}`, "aria-hidden": "true" }),
    h("div", {}, h("b", {}, account.holder || account.account), h("small", {}, where, state)),
    h("div", { class: "balance" }, amount(account.balance_minor, account.currency), " ", h("span", {}, account.currency)));
}

export function section(title, controls, ...body) {
  return h("div", { class: "card" }, h("header", {}, h("h2", {}, title), h("div", { class: "who" }, controls)), body);
}

const newestFirst = (postings) => postings.slice().sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
