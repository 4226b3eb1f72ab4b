"""Trustworthy record/replay testing for the Coze platform: a pytest plugin and a command line around vcrpy."""
