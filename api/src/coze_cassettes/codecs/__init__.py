"""What a body holds: the layers in which a value can hide, opened and closed again exactly."""
