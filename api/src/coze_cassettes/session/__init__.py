"""A running test with its cassette: recorded on its way to the target, or replayed without a network."""
