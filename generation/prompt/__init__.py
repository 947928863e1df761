"""The prompt language: from what a person wrote to what a text model is given; nothing here knows a text model."""
