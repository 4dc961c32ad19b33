"""Showcaller: calls live shows from Slack, on time, once, and without surprises."""
