"""Campaigns: the board and the calendar, a campaign's page, and the forms that move it."""
