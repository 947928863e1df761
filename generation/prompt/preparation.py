"""What is taken out of a prompt before it is read as the prompt language: comments and calls of extra networks."""

import re

COMMENT = re.compile(r"\n?#[^\n]*\n?")
EXTRA_NETWORK = re.compile(r"<(\w+):([^>]+)>")


def strip_comments(text: str) -> str:
    """The text without its comments: ``#`` to the end of the line, escaped or not, each leaving one line break."""
    return COMMENT.sub("\n", text)


def extract_extra_networks(text: str) -> tuple[str, dict[str, list[list[str]]]]:
    """The text without its ``<name:argument:…>`` calls, and the arguments of each call by the network's name."""
    networks: dict[str, list[list[str]]] = {}
    end = text.rfind(">") + 1  # what lies behind is not searched: many calls without an end would take for ever
    for call in EXTRA_NETWORK.finditer(text, 0, end):
        networks.setdefault(call[1], []).append(call[2].split(":"))
    return EXTRA_NETWORK.sub("", text[:end]) + text[end:], networks
