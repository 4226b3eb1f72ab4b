"""Canaries drawn at random from tables, to prove that scrubber or inspector miss none."""
