"""What customers will see on each messenger, before anybody sees it: the engine's words, the senders' own drawing."""
