"""The console: pages for those who answer customers, run campaigns, read figures, audit and operate."""
