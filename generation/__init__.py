"""From choices to pictures: spec, prompt language, samplers, recipes, the drawing process. Knows no Discord."""
