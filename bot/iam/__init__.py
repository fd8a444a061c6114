"""AWS denials and policies. Pure."""
