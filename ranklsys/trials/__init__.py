"""Trials: many virtual patients through the arms of a trial; a model and how people differ come in."""
