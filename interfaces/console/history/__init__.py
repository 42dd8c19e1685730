"""The pages of what was recorded: facts, histories, decisions, and messages as they were sent."""
