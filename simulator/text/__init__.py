"""Text: bytes become trees that know where every value stands.  The only place that counts positions."""
