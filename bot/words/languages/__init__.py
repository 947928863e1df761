"""Commands in other languages: a TOML file each, named as Discord names the language (``de``, ``pt-BR``).

A file has a table for each command, by its whole name, with its ``description``, its ``options`` by theirs, and, where
it is shown under another one, its ``name``. What a file leaves out stays English.
"""
