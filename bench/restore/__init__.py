"""The drill of goal G22: a server is lost with its disk, and a new one knows all that was answered."""
