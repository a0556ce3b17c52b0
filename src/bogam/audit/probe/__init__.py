"""Predictors that learn nothing of medicine, set on a split: what they gain from it is a leak."""
