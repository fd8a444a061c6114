"""What the models can do and cost. Pure."""
