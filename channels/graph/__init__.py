"""The Graph API that WhatsApp and Messenger share: the client, its errors, and the proof of a webhook."""
