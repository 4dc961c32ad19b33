"""How fast the whole bot is, as ratios to what it stands on, measured in one run: `make bench`."""
