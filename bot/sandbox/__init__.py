"""Slack and the providers, played on this machine: for the demo, for training and for the tests."""
