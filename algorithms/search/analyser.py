"""From text to words that can be found: one way for what is stored and for what is asked. Pure functions.

    fold("Coördinatie")                          "coordinatie"      one character for one: places stay what they were
    words("De DPIA's van AI-systemen, art. 64")  {"de", "dpias", "van", "ai", "systemen", "aisystemen", "art", "64"}
    words("bel 14 010")                          {"bel", "14", "010", "14010"}
    words("Total Design B.V.")                   {"total", "design", "b", "v", "bv"}
    words("mail info@assen.nl")                  {"mail", "infoassennl"}
    stems("gecontroleerd", "nl")                 holds "controler", as stems("controleren", "nl") does
    stems("risicos", "nl")                       holds "risico"
    stems("huizen", "nl")                        {"huis"}
    stems("permits", "en")                       {"permit"}
    surfaces("parkeren")                         holds "parkeer": how the word stands inside a longer one

A word is made of a-z and 0-9 only, so that every database cuts it alike. An apostrophe joins ("auto's" is "autos");
what hyphens, dots between single letters, or spaces between groups of digits hold together is found in parts and as a
whole. Dutch has two stemmers in Snowball, the older (Porter) and the newer (Kraaij-Pohlmann); each knows families that
the other misses, so both stems are kept (of 20 families one joins 10, the other 13, both together 18).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from Stemmer import Stemmer

MOST_LETTERS = 64  # of one word; a longer one is known by its beginning
_MEMO = 100_000  # words whose stems are kept

_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "ĳ": "ij", "Ĳ": "IJ",
}  # fmt: skip
_APOSTROPHES = "'’‘ʼ`´′\u00ad\u200b\u200c\u200d\ufeff"  # and what is not seen at all
_HYPHENS = "-\u2010\u2011"

# Mail: known as a whole, its parts say nothing. Bounded, and begun at the beginning only, so that no text costs much.
_ADDRESS = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_WORD = re.compile(r"[a-z0-9]+(?:'+[a-z0-9]+)*")
# What stands together: words joined by hyphens, single letters with dots or "&" between them; digits in groups.
_JOINED = re.compile(
    r"(?<![a-z0-9])(?<![a-z0-9]')[a-z0-9][a-z0-9']*(?:-[a-z0-9']+){1,5}"
    r"|(?<![a-z0-9])[a-z](?:[.&][a-z]){1,7}(?![a-z0-9])"
)
_GROUPED = re.compile(r"(?<![a-z0-9])[0-9]{1,6}(?:[ ./][0-9]{1,6}){1,5}(?![a-z0-9])")
_IS_GROUPED = re.compile(r"[0-9][ ./][0-9]")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_SPACED = bytes(code if chr(code).isdigit() or "a" <= chr(code) <= "z" else 32 for code in range(256))


class _Folding(dict[int, str]):
    """Character → how it is compared; made as characters come by."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _APOSTROPHES or unicodedata.combining(char):
            folded = "'"
        elif char in _HYPHENS:
            folded = "-"
        else:
            known = {"œ": "o", "æ": "a", "ø": "o", "ß": "s", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i"}
            plain = unicodedata.normalize("NFKD", char).casefold()
            folded = known.get(char.lower()) or next((part for part in plain if part.isascii()), " ")
            folded = folded if folded.isalnum() or char.isascii() else " "
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return a text in ASCII, without case and accents, of the same length: places in one are places in the other."""
    if not text.isascii():
        others = {char for char in set(text) if char > "\x7f"}
        if len(others) > 50:
            text = text.translate(_FOLDING)
        else:  # the usual few accents and quotes: faster one by one
            for char in others:
                text = text.replace(char, _FOLDING[ord(char)])
    return text.lower().replace("`", "'")


def unjoined(text: str) -> str:
    """Return a text with letters that were printed or typed as one written out: "ﬁets" is "fiets"."""
    if not text.isascii():
        for one, many in _LIGATURES.items():
            if one in text:  # a look costs next to nothing; hardly any text has one
                text = text.replace(one, many)
    return text


def words(text: str) -> set[str]:
    """Return the words of a text, each once, and what stands together as a whole."""
    folded = fold(unjoined(text))
    found: set[str] = set()
    if "@" in folded:
        found.update(_NOT_LETTERS.sub("", address) for address in _ADDRESS.findall(folded))
        folded = _ADDRESS.sub(" ", folded)
    found.update(folded.encode().translate(_SPACED, b"'").decode().split())
    # Only where there can be any is looked for wholes: looking everywhere costs ten times as much.
    joined = [
        part for part in folded.split() if not part.isalnum() and ("-" in part or "&" in part or "." in part[:-1])
    ]
    if joined:
        found.update(_NOT_LETTERS.sub("", whole) for whole in _JOINED.findall(" ".join(joined)))
    if _IS_GROUPED.search(folded):
        found.update(_NOT_LETTERS.sub("", whole) for whole in _GROUPED.findall(folded))
    if any(len(word) > MOST_LETTERS for word in found):
        found = {word[:MOST_LETTERS] for word in found}
    found.discard("")
    return found


def _short(word: str) -> str:
    return word.replace("'", "")[:MOST_LETTERS]


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (word, start, end) in the order of a text, without wholes."""
    for match in _WORD.finditer(fold(text)):
        yield _short(match.group()), match.start(), match.end()


def wholes(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (word, start, end) of what stands together."""
    folded = fold(text)
    for pattern in (_ADDRESS, _JOINED, _GROUPED):
        for match in pattern.finditer(folded):
            yield _NOT_LETTERS.sub("", match.group())[:MOST_LETTERS], match.start(), match.end()


def key(name: str) -> str:
    """Return a name as the listing sorts it (`Listing.name_key`): only its letters and digits."""
    return _NOT_LETTERS.sub("", fold(name))


# -- stems -------------------------------------------------------------------------------------------------------------

_PORTER, _KRAAIJ_POHLMANN, _ENGLISH = Stemmer("dutch_porter"), Stemmer("dutch"), Stemmer("english")
_stemming = threading.Lock()  # a stemmer serves one thread at a time
_VOWELS = "aeiouy"
# A plural's s, also of an abbreviation ("boas"); the t or d of a verb, behind a consonant or a long vowel; not the d of
# "maand".
_ENDING = re.compile(r"(?<!s)s$|^.{3,}(?:[^aeiouytd]|([aeou])\1)t$|(?<=d)t$|^.{4,}(?:[^aeiouytd]|([aeou])\2)d$")
_ERING = re.compile("(?:eren|eer[td]?|eerden?|eringe?n?)$")
_PARTICIPLE = re.compile("(?!gebied|gezicht|geluid|gedicht|gewicht|gebed|gewest)ge.*[dt]e?")

# Plurals that no rule finds, also at the end of a longer word.
_IRREGULAR = {
    "kinderen": "kind", "steden": "stad", "leden": "lid", "schepen": "schip", "eieren": "ei", "bladeren": "blad",
    "goederen": "goed", "volkeren": "volk", "liederen": "lied", "runderen": "rund", "kalveren": "kalf",
    "koeien": "koe", "smeden": "smid", "musea": "museum", "criteria": "criterium", "politici": "politicus",
    "technici": "technicus", "historici": "historicus", "critici": "criticus", "academici": "academicus",
    "medici": "medicus", "centra": "centrum", "wethouders": "wethouder", "gegevens": "gegeven",
}  # fmt: skip
_IRREGULAR_PATTERN = re.compile(f"(?:{'|'.join(sorted(_IRREGULAR, key=len, reverse=True))})$")


@lru_cache(_MEMO)
def stems(word: str, lang: str) -> frozenset[str]:
    """Return the stems of a folded word in "nl" or "en"; two words are forms of one when they share any.

    Words of up to three letters and words with digits are their own stem.
    """
    if len(word) <= 3 or not word.isalpha():
        return frozenset((word,))
    with _stemming:
        return frozenset((_ENGLISH.stemWord(word),)) if lang == "en" else _dutch(word)


def _dutch(word: str) -> frozenset[str]:
    found: set[str] = set()
    for base in _bases(word):
        found.add(_PORTER.stemWord(base))
        newer = _KRAAIJ_POHLMANN.stemWord(base)
        # The newer one takes "ge" for the mark of a participle everywhere, also in "gemeente" and "gezin".
        if base.startswith("ge") and not newer.startswith("ge") and not _PARTICIPLE.fullmatch(base):
            continue
        # It cuts "overheid" down to "over" and "veiligheid" to "veil".
        if len(newer) > 2 and (len(base) < 8 or len(newer) > len(base) / 2):
            found |= {newer, _PORTER.stemWord(newer)}
    if _ERING.search(word):  # "controleren" is "controle"; from short words ("parkeren") it would make others ("park")
        found |= {stem[:-2] for stem in found if stem.endswith("er") and len(stem) > 6}
    return frozenset(_hard(stem) for stem in found - SMALL) or frozenset((word,))


def _hard(stem: str) -> str:
    """Return a stem as Dutch writes it at the end of a word: "huiz" is "huis", "briev" is "brief"."""
    return stem[:-1] + {"z": "s", "v": "f"}.get(stem[-1], stem[-1])


def _bases(word: str) -> Iterator[str]:
    """Yield a word, and what it is without the ending that both stemmers leave: risico(s), controleer(t), beheer(d)."""
    yield word
    if irregular := _IRREGULAR_PATTERN.search(word):
        yield word[: irregular.start()] + _IRREGULAR[irregular.group()]
    elif len(word) >= 8 and word[-1] in "dt" and _PARTICIPLE.fullmatch(word):
        yield word[:-1]
        yield word[2:-1]  # "gestrooid" is "strooi"
    elif _ENDING.search(word):
        yield word[:-1]
    elif word.endswith("iaal"):
        yield word[:-2] + "l"  # "sociale" is "social"


@lru_cache(_MEMO)
def surfaces(word: str) -> frozenset[str]:
    """Return how a Dutch word can stand inside a longer one: "parkeren" as "parkeer", "huizen" as "huis"."""
    found = {word}
    if len(word) > 3 and word.isalpha():
        for stem in stems(word, "nl"):
            found |= {stem, closed(stem)}
    return frozenset(form for form in found if len(form) >= 3)


def closed(stem: str) -> str:
    """Return a stem as Dutch writes it in a closed syllable: "parker" → "parkeer", "bell" → "bel"."""
    if len(stem) < 3:
        return stem
    last, vowel, before = stem[-1], stem[-2], stem[-3]
    if last == vowel and last not in _VOWELS:
        return stem[:-1]
    if last not in _VOWELS and last not in "wx" and vowel in "aeou" and before not in _VOWELS:
        return _hard(stem[:-1] + vowel + last)
    return _hard(stem)


# -- small words -------------------------------------------------------------------------------------------------------

# Words that say nothing of what someone looks for; they count only when a query has no other.
SMALL = frozenset(
    """
    de het een en van in op te is er om aan met bij voor door uit over als dat die dit deze dan naar tot ook niet
    geen wel nog al maar want dus of toch zo hoe wat wie waar waarom wanneer welk welke hier daar heeft heb hebben
    had was waren wordt worden werd zijn ben bent kan kun kunnen kunt mag mogen moet moeten wil willen zal zullen
    zou gaat gaan ga krijg krijgt krijgen doe doet doen ik jij je u uw wij we hij zij ze hen hun mij me mijn ons
    onze jouw zich elkaar men word staat staan komt komen kom maak maakt maken lang weer steeds vaak soms even nodig
    zoek zoekt zoeken vind vinden laat laten hoeveel iemand iets iedereen alle alles veel meer tegen onder af toe
    tijdens via per zonder sinds tussen s t n the a an and or for to from with without by at as it its this that
    these those are be been has have do does did how what who why when where which can could may must will would my
    your our their his her i you he she they not no on into about there get gets got am is if we us me so than then
    waarmee waarin waarop waarvan waarvoor waardoor waaruit daarmee daarbij daarvoor echt weten weet graag eigenlijk
    gewoon elk elke eigen jullie niemand niets geeft gaf deed
    """.split()
)
LINKS = ("", "s", "e", "en", "n", "er", "es")  # letters that glue the parts of a compound
