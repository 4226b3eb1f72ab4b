"""The file: what crossed the wire as values and as text, where it came from, and when a request is the recorded one."""
