"""Finding a customer or an order: the field on each page, and the screen pop of a telephone program."""
