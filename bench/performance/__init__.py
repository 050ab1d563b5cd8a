"""``make bench``: what everything costs beside the least that it could cost, in one run, kept so that runs compare."""
