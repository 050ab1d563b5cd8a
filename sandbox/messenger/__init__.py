"""The Messenger Platform as a Page's bot sees it, over its true wire protocol, and the phone that a person holds.

What differs from the real platform, on purpose: a Page appears with the first call that names it; webhooks may be
plain http on any port; a picture or a button's URL may point to this machine; a template is approved when it is made.
"""
