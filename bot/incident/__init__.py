"""What an incident is: messages, facts, hypotheses, board, postmortem. Pure."""
