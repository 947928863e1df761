"""The only room with torch in it: networks, conditioning, the stepper and the sketch model."""
