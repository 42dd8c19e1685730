"""The suppression policy: its versions side by side, a new one, and the end of a planned one."""
