"""A memory card in an emulated board."""
