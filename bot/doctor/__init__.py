"""What `doctor` concludes from what it measured: one finding a check, each failure with its remedy. Pure."""
