"""Everything behind the four doors acquire, prepare, explore and model: a folder a question."""
