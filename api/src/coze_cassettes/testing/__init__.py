"""Canaries drawn at random from tables, to prove that the scrubber and the inspector leave none."""
