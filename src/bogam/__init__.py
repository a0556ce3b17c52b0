"""bogam takes a folder of medical images to a model that can be trusted, and proves which choices made it better."""

__version__ = "0.1.0"
