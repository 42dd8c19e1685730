"""The response to a campaign: its arms side by side, the lift, and each day."""
