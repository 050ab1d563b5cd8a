"""Facebook Messenger through the Send API of a page."""
