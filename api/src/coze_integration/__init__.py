"""The backend's own code over cozepy: a client from the environment, the log of a workflow."""
