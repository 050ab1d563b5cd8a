"""A partner of the bank: a bookshop that takes the bank's webhooks, verifies them, and sends its own."""
