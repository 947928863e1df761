"""Words every failure: one sentence for the person, one entry in the log, and an id that ties the two together.

Refused             this bot will not draw it: the floor, a ceiling, a full queue
TokenRefused        Discord does not know the bot's token; nobody is there to be told but the operator
NinewordsError      generation's tree; its sentences are for people already
StorageError        storage's tree; its sentences are for operators, so people get others
anything else       a fault of this program; the log has its traceback
"""

import secrets
from dataclasses import dataclass

import structlog

from bot import words
from generation.errors import DrawerDied, ModelUnavailable, NinewordsError, ProcessError, RequestError
from storage.errors import DatabaseBusy, DatabaseFull, NumberTooLarge, StorageError

_log = structlog.get_logger(__name__)

#: Letters and digits that nobody mistakes for one another when they are read out.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH = 8


class Refused(NinewordsError):
    """What is asked for is possible and will not be done; the sentence says why, ``rule`` by which rule, if by one.

    ``case_id`` is the case that the refusal was written down as, where there is one that can be appealed against.
    """

    def __init__(self, sentence: str, *, rule: str | None = None, case_id: int | None = None) -> None:
        super().__init__(sentence)
        self.rule, self.case_id = rule, case_id


class TokenRefused(NinewordsError):
    """Discord does not know the bot's token, so the bot cannot start."""

    def __init__(self) -> None:
        super().__init__("Discord does not know this token; copy it again from the developer portal.")


@dataclass(frozen=True, slots=True)
class Failure:
    """What the person reads of a failure, and the id under which the log has the rest.

    ``case_id`` is that of the case which the moderators have, where there is one to appeal against.
    """

    sentence: str
    error_id: str
    case_id: int | None = None


def recorded(error: BaseException, **circumstances: object) -> Failure:
    """Log ``error`` with its circumstances under a new id, and word it.

    A request that cannot be met is no fault of the program and is logged without a traceback. Prompts never are.
    """
    error_id = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
    log = _log.bind(error_id=error_id, kind=type(error).__name__, **circumstances)
    if isinstance(error, Refused | RequestError | NumberTooLarge):
        log.info("request not met", field=getattr(error, "field", None), rule=getattr(error, "rule", None))
    elif isinstance(error, ProcessError | StorageError):
        log.error("part of the bot is out of order", reason=str(error))
    else:
        log.error("unexpected fault", exc_info=error)
    return Failure(_sentence(error), error_id, getattr(error, "case_id", None))


def _sentence(error: BaseException) -> str:
    match error:
        case NumberTooLarge():
            return words.BAD_OPTION
        case DatabaseFull():
            return words.DATABASE_FULL
        case DatabaseBusy() | StorageError():
            return words.DATABASE_BUSY
        case ModelUnavailable():
            return words.MODEL_AWAY
        case DrawerDied():
            return words.DRAWER_AWAY
        case NinewordsError():
            return str(error)
    return words.UNEXPECTED
