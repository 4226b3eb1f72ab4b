"""Judges a finished cassette by other means than the scrubber's, of which it uses nothing."""
