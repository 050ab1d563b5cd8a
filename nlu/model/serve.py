"""Serves the trained model by Rasa's own command; runs in Rasa's environment (Python 3.10).

The secret comes in the environment (RASA_JWT), for a command line is read by everybody on the machine, and goes to Rasa
as the key that calls are signed with.
"""

import os
import sys

from rasa.__main__ import main  # type: ignore[import-not-found]

SECRET_MIN = 16


def arguments() -> list[str]:
    """Rasa's command line, with what this process was given behind it. Ends the process without a secret."""
    secret = os.environ.pop("RASA_JWT", "")
    if len(secret) < SECRET_MIN:
        sys.exit("Rasa is not served without a secret: set TELLER_NLU__TOKEN to 16 characters or more.")
    return ["rasa", "run", "--enable-api", "--jwt-secret", secret, "--jwt-method", "HS256", *sys.argv[1:]]


if __name__ == "__main__":
    sys.argv = arguments()
    main()
