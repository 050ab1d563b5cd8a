"""A small bank with a true double-entry ledger: what stands in for the core of a real one.

`rules` what it charges and refuses; `ledger` the postings, from which every balance follows; `customers`, `transfers`,
`applications`, `credits` what it does, each inside one transaction; `events` its signed news; `rest` its REST face;
`work` what it does in the background, also after a restart.
"""
