"""What a body holds: the layers in which a value can hide, opened so that they close again exactly."""
