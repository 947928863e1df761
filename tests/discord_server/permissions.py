"""Permissions, and how roles and a channel's overwrites make them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag


class Permission(IntFlag):
    """The permissions that matter to a bot that draws."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40


ORDINARY = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
)
EVERYTHING = (1 << 53) - 1


@dataclass(slots=True)
class Overwrite:
    """What one role or member is allowed and denied in one channel."""

    is_member: bool
    allow: int = 0
    deny: int = 0

    def applied_to(self, permissions: int) -> int:
        return permissions & ~self.deny | self.allow


def resolve(everyone: Overwrite, roles: Iterable[Overwrite], member: Overwrite, base: int) -> int:
    """A member's permissions in a channel: everyone's overwrite first, then all roles together, then the member's own.

    The rule is Discord's (topics/permissions, "Permission Overwrites").
    """
    if base & Permission.ADMINISTRATOR:
        return EVERYTHING
    together = Overwrite(is_member=False)
    for role in roles:
        together.allow |= role.allow
        together.deny |= role.deny
    permissions = member.applied_to(together.applied_to(everyone.applied_to(base)))
    return permissions if permissions & Permission.VIEW_CHANNEL else 0
