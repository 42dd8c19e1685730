"""The overview: how much happened, beside the same days before."""
