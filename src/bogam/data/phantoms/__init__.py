"""Procedural images that look like their modality, with masks, boxes and classes that are known exactly."""
