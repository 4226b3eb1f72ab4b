"""The backend's own code over cozepy: a client made from the environment, and the log of a workflow."""
