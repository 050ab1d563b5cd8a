"""Partners: who they are, what they tell us, what we tell them, and their offers."""
