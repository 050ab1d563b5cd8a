"""Pictures that a bank would sign: cards and receipts, drawn with Pillow, as a service of their own."""
