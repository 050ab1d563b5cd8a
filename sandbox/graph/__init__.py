"""What every platform behind Meta's Graph has in common: versions in the path, tokens, errors, apps that subscribe to
news, and the signed webhooks that carry it. A face (`sandbox/whatsapp`, `sandbox/messenger`) holds one `Graph`.

What differs from the real platform, on purpose: any token is taken as good unless it cannot be one, and none is kept;
the secret of an app is whatever the app last subscribed with, as if it had been reset in the dashboard a moment ago;
callbacks may be plain http on any port; pauses between deliveries end at minutes, not hours.
"""
