"""The bank's tables. The database itself refuses to change a posting, to overdraw a customer, or to mix currencies.

`bank_account.balance_minor` is kept by a trigger from the postings alone; `ledger.audit` derives it anew and compares.
Written for SQLite 3.34 and newer, so no STRICT: the checks name the types.
"""

from sandbox import house

TABLES = """
CREATE TABLE IF NOT EXISTS bank_customer (
    customer_id TEXT PRIMARY KEY,
    phone TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS bank_account (
    account TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'internal')),
    customer_id TEXT REFERENCES bank_customer,
    holder TEXT NOT NULL,
    currency TEXT NOT NULL,
    balance_minor INTEGER NOT NULL DEFAULT 0 CHECK (typeof(balance_minor) = 'integer'),
    CONSTRAINT never_overdrawn CHECK (kind = 'internal' OR balance_minor >= 0),
    CHECK ((kind = 'customer') = (customer_id IS NOT NULL))
);
CREATE TABLE IF NOT EXISTS bank_card (
    card_id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES bank_customer,
    account TEXT NOT NULL UNIQUE REFERENCES bank_account,
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires TEXT NOT NULL,
    tariff TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'locked', 'closed'))
);
CREATE INDEX IF NOT EXISTS bank_card_of ON bank_card (customer_id);
CREATE TABLE IF NOT EXISTS bank_posting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ref TEXT NOT NULL,
    kind TEXT NOT NULL,
    debit TEXT NOT NULL REFERENCES bank_account,
    credit TEXT NOT NULL REFERENCES bank_account CHECK (credit <> debit),
    amount_minor INTEGER NOT NULL
        CHECK (typeof(amount_minor) = 'integer' AND amount_minor BETWEEN 1 AND 1000000000000000),
    currency TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_posting_ref ON bank_posting (ref);
CREATE INDEX IF NOT EXISTS bank_posting_debit ON bank_posting (debit);
CREATE INDEX IF NOT EXISTS bank_posting_credit ON bank_posting (credit);
CREATE TRIGGER IF NOT EXISTS bank_posting_one_currency BEFORE INSERT ON bank_posting
WHEN (SELECT count(*) FROM bank_account WHERE account IN (new.debit, new.credit) AND currency = new.currency) <> 2
BEGIN
    SELECT raise(ABORT, 'both accounts of a posting have its currency');
END;
CREATE TRIGGER IF NOT EXISTS bank_posting_moves_balances AFTER INSERT ON bank_posting
BEGIN
    UPDATE bank_account SET balance_minor = balance_minor - new.amount_minor WHERE account = new.debit;
    UPDATE bank_account SET balance_minor = balance_minor + new.amount_minor WHERE account = new.credit;
    INSERT INTO sandbox_change (topic, key) VALUES ('posting', new.id);
END;
CREATE TRIGGER IF NOT EXISTS bank_posting_unchanged BEFORE UPDATE ON bank_posting
BEGIN
    SELECT raise(ABORT, 'a posting is never changed; post the opposite');
END;
CREATE TRIGGER IF NOT EXISTS bank_posting_undeleted BEFORE DELETE ON bank_posting
BEGIN
    SELECT raise(ABORT, 'a posting is never deleted; post the opposite');
END;
CREATE TRIGGER IF NOT EXISTS bank_account_news AFTER UPDATE ON bank_account
BEGIN
    INSERT INTO sandbox_change (topic, key) VALUES ('account', new.account);
END;
CREATE TRIGGER IF NOT EXISTS bank_card_news AFTER INSERT ON bank_card
BEGIN
    INSERT INTO sandbox_change (topic, key) VALUES ('account', new.account);
END;
CREATE TRIGGER IF NOT EXISTS bank_card_changed AFTER UPDATE ON bank_card
BEGIN
    INSERT INTO sandbox_change (topic, key) VALUES ('account', new.account);
END;
CREATE TABLE IF NOT EXISTS bank_transfer (
    transfer_id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    customer_id TEXT NOT NULL REFERENCES bank_customer,
    from_card_id TEXT NOT NULL REFERENCES bank_card,
    to_card_number TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (typeof(amount_minor) = 'integer' AND amount_minor > 0),
    currency TEXT NOT NULL,
    purpose TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('posted', 'refused')),
    code TEXT CHECK ((status = 'refused') = (code IS NOT NULL)),
    fee_minor INTEGER NOT NULL CHECK (typeof(fee_minor) = 'integer' AND fee_minor >= 0),
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_transfer_of_day ON bank_transfer (customer_id, at);
CREATE TABLE IF NOT EXISTS bank_application (
    application_id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    customer_id TEXT NOT NULL REFERENCES bank_customer,
    tariff TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'issued', 'refused')),
    card_id TEXT REFERENCES bank_card CHECK ((status = 'issued') = (card_id IS NOT NULL)),
    due_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_application_due ON bank_application (due_at) WHERE status = 'pending';
"""
SCHEMA = "".join((house.SCHEMA, TABLES))
