"""Samplers as tables of coefficients, by name: every row one network call, everything around it linear."""

from generation.samplers.image_to_image import ImageToImage, image_to_image
from generation.samplers.table import SamplerTable, run, start
from generation.samplers.tables import table
from generation.samplers.trace import Prediction

__all__ = ["ImageToImage", "Prediction", "SamplerTable", "image_to_image", "run", "start", "table"]
