"""The sketch model: a small trained model that draws, with the program that taught it and the one that grades it."""
