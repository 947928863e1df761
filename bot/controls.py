"""Every button and select that works for ever: what they are is in their ids, and here they are named to the client."""

from bot import (
    appeal_buttons,
    buttons,
    case_pages,
    history,
    lineup,
    list_pages,
    menus,
    preset_pages,
    review_buttons,
    survey_buttons,
    weekly,
)
from bot.commands.mod import PurgeButton
from bot.commands.privacy import ErasureButton

CONTROLS = (
    buttons.JobButton,
    buttons.PictureSelect,
    history.HistoryButton,
    history.HistorySelect,
    menus.FoundButton,
    menus.FoundSelect,
    lineup.TakeBackButton,
    preset_pages.PageButton,
    list_pages.ListPageButton,
    ErasureButton,
    review_buttons.ReviewButton,
    appeal_buttons.AppealButton,
    appeal_buttons.VerdictButton,
    case_pages.CasePageButton,
    PurgeButton,
    weekly.WeekButton,
    *survey_buttons.ITEMS,
)
