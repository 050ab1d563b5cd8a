"""The people of the sandbox and their phones: who they are, what their screens hear, and the page that shows them."""
