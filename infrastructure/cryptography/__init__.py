"""The cryptography library: the keys that encrypt personal fields, and the signatures of public links."""
