"""The pages of orders: by number, and one order with its steps."""
