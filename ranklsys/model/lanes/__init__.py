"""Lanes: many subjects of one model side by side, a lane of the processor's vectors for each."""
