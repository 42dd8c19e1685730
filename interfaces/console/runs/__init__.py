"""The pages of runs: the balance, who was stopped and why, and the messages that nobody knows about."""
