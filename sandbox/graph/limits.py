"""What the Graph itself allows; one place to correct."""

VERSION_OLDEST = 13
VERSION_NEWEST = 30

BODY_MAX_BYTES = 2 * 1024 * 1024
TOKEN_MAX = 1024

# The handshake and a delivery must be answered within this time.
CALLBACK_TIMEOUT_S = 10.0
CONNECTIONS_MAX = 16

# How much of a queue the courier reads at once: enough to keep all connections busy.
LOOK_MAX = 4 * CONNECTIONS_MAX

# Pauses between attempts to deliver grow from the first to the longest; after this age news is given up.
RETRY_FIRST_S = 1.0
RETRY_MOST_S = 300.0
NEWS_KEPT_S = 7 * 24 * 3600

# One webhook carries no more than this many pieces of news.
BATCH_MAX = 1000
