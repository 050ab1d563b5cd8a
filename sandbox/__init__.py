"""Another world: what a newcomer has instead of a bank, an SMS gateway and the messengers. Imports nothing of ours."""
