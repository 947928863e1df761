"""Ages below eighteen in a text, however they are spelled: digits, words, school years, in several languages."""

import regex

from bot.moderation.leet import skeleton, stands_for_word
from bot.moderation.normalisation import Gap, Stream, Word

_ENGLISH = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen dozen"
)
_OTHER_NUMBERS = (
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "un deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize "
    "ein eins zwei drei vier funf fuenf sechs sieben acht neun zehn elf zwolf zwoelf dreizehn vierzehn funfzehn "
    "sechzehn siebzehn um dois quatro sete oito nove dez doze treze quatorze dezesseis dezessete "
    "due tre quattro cinque sei sette otto dieci undici dodici tredici quattordici quindici sedici diciassette "
    "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать пяти шести семи восьми девяти десяти одиннадцати двенадцати тринадцати "
    "xvii xvi xv xiv xiii xii xi x ix viii vii vi iv iii ii v"
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_LATER_ORDINALS = "thirteenth fourteenth fifteenth sixteenth seventeenth"
_UNITS = "year years yr yrs old age ages aged yo month months week weeks day days under younger turned birthday grade"
_KOREAN = "한 두 세 네 다섯 여섯 일곱 여덟 아홉 열 열한 열두 열세 열네 열다섯 열여섯 열일곱"


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_S = r"[ ,\-]{0,3}"  # between two words of one expression
_START = r"(?<![^\W_])(?<!\d[ \-,]{0,1})"
_DIGITS = rf"{_START}(?:0?[1-9]|1[0-7]|0)(?!\d)"
_TENS = r"(?<!(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million)[ \-]*(?:and[ \-])?)"
_WORDS = rf"{_START}{_TENS}(?:{_any(_ENGLISH)})"
_N = rf"(?:{_DIGITS}(?:-\d{{1,2}})?|{_WORDS})(?:{_S}(?:and{_S}(?:a{_S})?)?half)?"
_ANY_N = rf"(?:{_N}|{_START}(?:{_any(_OTHER_NUMBERS)}))"
_END = r"(?![^\W_])"
_NOT_AN_AGE = (
    r"(?!\s?(?:ago|later|after|before|of(?! age)|war|wars|anniversary|from|apart|in|contract|since|hence|plan|long|"
    r"warranty|celebration|experience|together|into)\b)"
)
_NO_MEASURE = (
    r"(?!\s?(?:feet|foot|ft|m|meters?|minutes?|mins?|seconds?|secs?|hours?|dollars?|usd|kg|lbs?|cm|mm|percent|degrees?|"
    r"miles?|km|points?|items?|people|steps?|pixels?|px|months?|weeks?|days?|years? ago)\b)"
)
_FOREIGN_UNITS = (
    r"anos?|anitos?|aninhos?|ans|jahren?|jahre|jahrig\w*|jaehrig\w*|anni|лет|летн\w+|года?|роки|років|lat|letni\w*|jaar|jarige?|"
    r"arig\w*|yas\w*|tahun|tuoi|ปี|ขวบ|سنة|سنوات|عاما?|साल|वर्ष|sai|歳|才|さい|サイ|岁|歲|周岁|살|세(?!기|대|트)"
)
_UNDER = (
    r"under|below|less than|younger than|not yet|not even|almost|nearly|moins de|unter|menos de|menor(?:es)? de|"
    r"младше|minder dan|onder"
)
_UP_TO_18 = rf"(?:1[0-8]|eighteen|{_any(_ENGLISH.removeprefix('one two three four five six seven eight nine '))})"

_EXPRESSIONS = (
    rf"{_N}{_S}(?:years?|yrs?|yers?|yars?){_S}(?:old|olds|of{_S}age|young|aged){_END}",
    rf"{_START}(?:{_any(_OTHER_NUMBERS)}){_S}years?{_S}old{_END}",
    rf"{_N}{_S}(?:years?|yrs?){_END}{_NOT_AN_AGE}",
    rf"{_N}{_S}(?:years?|yrs?)(?:old|olds)",
    rf"{_N}{_S}y{_S}o(?:s|{_S}old|ld)?{_END}",
    rf"{_DIGITS}-?y{_END}",
    rf"(?<![^\W_])y-?o{_S}{_N}{_END}",
    rf"{_ANY_N}{_S}(?:{_FOREIGN_UNITS}){_END}",
    rf"{_DIGITS}-?(?:歳|才|岁|歲|さい|살|세(?!기|대|트))",
    r"(?<![一二三四五六七八九十百千万\d])(?:十[一二三四五六七]?|[一二三四五六七八九])(?:歳|才|岁|歲|周岁)",
    rf"(?<![^\W_])(?:{_any(_KOREAN)}) ?살",
    rf"{_START}(?:\d{{1,3}}|{_any(_ENGLISH)}|few|several|couple|some){_S}(?:months?|mos|weeks?|wks?|days?){_S}old{_END}",
    r"\d{1,2}-?(?:ヶ|か|カ|ケ|个|個)-?月",
    rf"(?<![^\W_])(?:age|aged|ages|edad|alter|idade|eta|возраст\w*|umur|leeftijd|wiek|yas){_S}"
    rf"(?:(?:of|is|was|are|about|around|just|only|de|von|between){_S}){{0,2}}{_N}{_END}",
    rf"(?:年齢|年龄|年齡|나이){_S}{_DIGITS}",
    rf"(?<![^\W_])age-?{_DIGITS.replace(_START, '')}{_END}",
    rf"(?<![^\W_])(?:she|he)(?: is| was)?(?: only| just| barely| almost| about)? {_N}(?=,|$| and\b| but\b)",
    rf"(?<![^\W_])(?:only|barely|turned|turning|turns) {_N}(?=,|$)",
    rf"(?<![^\W_])(?:{_UNDER}){_S}(?:(?:the{_S})?age{_S}(?:of{_S})?)?{_UP_TO_18}{_END}{_NO_MEASURE}",
    rf"(?<![^\W_])u-?18{_END}",
    r"18-?(?:歳|才|岁|歲)(?:未満|以下|未满|未滿)",
    rf"{_START}(?:(?:1[0-2]|[1-9])(?:st|nd|rd|th)|{_any(_ORDINALS)}){_S}(?:graders?|grade){_END}",
    rf"(?<![^\W_])grade{_S}(?:1[0-2]|[1-9]|{_any(_ENGLISH)}){_END}",
    r"[一二三四五六123456]-?年生",
    rf"{_START}(?:(?:1[0-7]|[1-9])(?:st|nd|rd|th)|{_any(_ORDINALS + ' ' + _LATER_ORDINALS)}){_S}birthday",
    rf"(?<![^\W_])born{_S}(?:in{_S})?20[1-4]\d{_END}",
    rf"{_N}{_S}(?:summers|winters|springs|autumns){_END}",
    rf"{_START}1[0-7]f{_END}",
)
# Each by itself: together they are searched for letter by letter, at more than twice the cost.
_ages = [regex.compile(expression) for expression in _EXPRESSIONS]
_age_run_together = regex.compile(rf"{_START}(?:0?[1-9]|1[0-7])(?:years?old|yrs?old|yearsofage|monthsold|weeksold)")
_below_sign = regex.compile(r"<\s*1[0-8](?!\d)")
_thousands = regex.compile(r"(?<=\d)[,\-](?=\d{3}(?!\d))")
_letters_for_digits = str.maketrans("iloz", "1102")
_mixed_number = regex.compile(r"(?=[iloz]*\d)([\diloz]{1,2})(yo|yrs?|y|years?|yearsold|yearold|sai)?")

_VOCABULARY = {skeleton(word): word for word in f"{_ENGLISH} {_UNITS}".split()}


def names_age(stream: Stream) -> bool:
    """Whether a text states an age of less than eighteen years, or one that only the under-aged are said to have."""
    if _below_sign.search(stream.text):
        return True
    words = [_read(word) for word in stream.words]
    texts = {_write(words, stream.gaps)}
    texts |= {text.replace("-", "") for text in texts}
    if spelled := _join_spelled(stream, words):
        texts.add(spelled)
    if any(age.search(text) for text in {_thousands.sub("", text) for text in texts} for age in _ages):
        return True
    return _age_run_together.search(_thousands.sub("", "".join(_write(words, stream.gaps).split(" ")))) is not None


def _read(word: Word) -> str:
    """A word for the search: in leet or stretched, the number or unit it stands for; l2 and 1o as digits."""
    plain = word.plain
    if plain.isalpha():
        return plain if word.common else _VOCABULARY.get(word.skeleton, plain)
    if found := _mixed_number.fullmatch(plain):
        return found[1].translate(_letters_for_digits) + (found[2] or "")
    return _VOCABULARY.get(word.skeleton, plain) if stands_for_word(plain) else plain


def _write(words: list[str], gaps: list[Gap]) -> str:
    marks = {Gap.TIGHT: "-", Gap.SPACE: " ", Gap.COMMA: ", "}
    return "".join(marks[gap] + word for gap, word in zip(gaps, words, strict=True)).lstrip("-, ")


def _join_spelled(stream: Stream, words: list[str]) -> str:
    """The text with every run of lone letters and digits as one word; empty where there is none."""
    if not any(a.lone and b.lone for a, b in zip(stream.words, stream.words[1:], strict=False)):
        return ""
    joined, before = [], None
    for word, text in zip(stream.words, words, strict=True):
        joined.append(text if before is not None and before.lone and word.lone else " " + text)
        before = word
    return "".join(joined).strip()
