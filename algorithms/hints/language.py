"""How easily a Dutch text reads: Flesch-Douma, and the sentences that ask most of a reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import pyphen

from algorithms import richtext
from algorithms.hints.texts import Document, blocks_of, excerpt, read
from algorithms.standard import TRANSLATED

READ = tuple(key for key in TRANSLATED if key != "name")
HARD, LONG = 50, 20  # a score below it, and more words in a sentence than it, are worth another look
SHORT = 8  # a sentence of fewer words is not quoted, however long its words
FEWEST = 30  # words; with fewer a score says nothing
LONG_WORD = 60  # characters of a word that are looked at
QUOTE = 200  # characters of a sentence that are quoted

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Words that are frequent in one language and absent from the other.
_DUTCH = set("de het een van en op te dat voor niet wordt worden er bij ook naar dit deze uit zijn met".split())
_ENGLISH = set("the and to that for are with by this from which be an has have their will not".split())


@dataclass(frozen=True)
class Readability:
    """How a text reads.

    `score` is Flesch-Douma, about 0 (hard) to 100 (easy), and now and then beyond. `hardest` holds the up to three
    sentences that most deserve another look, worst first: long or with long words; none when all are easy.
    """

    score: int
    words_per_sentence: float
    hardest: tuple[str, ...]


def readability(text: str) -> Readability | None:
    """Measure a Dutch text, plain or in the HTML of `richtext`; None when it has fewer than 30 words.

    Flesch-Douma: 206.84 - 0.93 x words per sentence - 77 x syllables per word (W.H. Douma, 1960). A hyphenation
    dictionary counts the syllables. A line or a colon ends a sentence too. Headings, labels and cells of fewer than
    four words are no sentences; web and mail addresses are no words. Beyond 150,000 characters nothing is counted.
    """
    return measure(blocks_of(text))


def readability_of(document: Document) -> Readability | None:
    """Measure all Dutch texts that citizens read of a record together, without its name and its rows."""
    found = read(document)
    return measure(block for key in READ for block in found.get(key, ()))


def measure(blocks: Iterable[str]) -> Readability | None:
    """`readability` of paragraphs without markup."""
    hard: set[tuple[int, str]] = set()  # syllables, sentence
    count = words = syllables = 0
    for block in blocks:
        for sentence in sentences(block):
            own = _WORD.findall(_without_addresses(sentence))
            if len([word for word in own if len(word) > 1]) < 4:
                continue
            heard = sum(map(syllables_of, own))
            count, words, syllables = count + 1, words + len(own), syllables + heard
            if len(own) >= SHORT and (len(own) > LONG or _flesch_douma(len(own), heard / len(own)) < HARD):
                hard.add((heard, sentence))
    if words < FEWEST:
        return None
    average = words / count
    hardest = sorted(hard, reverse=True)[:3]  # long, and with long words: most syllables
    return Readability(
        round(_flesch_douma(average, syllables / words)),
        round(average, 1),
        tuple(excerpt(sentence, QUOTE) for _heard, sentence in hardest),
    )


def _flesch_douma(words: float, syllables: float) -> float:
    """The score of so many words a sentence and syllables a word."""
    return 206.84 - 0.93 * words - 77 * syllables


def sentences(block: str) -> list[str]:
    """Cut a paragraph into sentences; a colon ends one too."""
    found, start = [], 0
    for end in richtext.sentence_ends(block, signs=".!?…:;"):
        found.append(block[start:end].strip())
        start = end
    return [*found, block[start:].strip()] if block[start:].strip() else found


@lru_cache(maxsize=50_000)
def syllables_of(word: str) -> int:
    """Return the number of syllables of a Dutch word, at least one."""
    hyphens = _hyphens()
    count = len(hyphens.positions(word[:LONG_WORD])) + 1
    hyphens.hd.cache.clear()  # it would keep every word it ever met
    return count


def is_dutch(blocks: Iterable[str]) -> bool:
    """Whether a text is written in Dutch; a text of names and numbers is not."""
    dutch, english, words = _counted(blocks)
    return dutch > english and dutch * 12 >= words


def is_english(blocks: Iterable[str]) -> bool:
    """Whether a text of some length is written in English."""
    dutch, english, words = _counted(blocks)
    return words >= FEWEST and english > 2 * dutch and english * 12 >= words


def _counted(blocks: Iterable[str]) -> tuple[int, int, int]:
    """Return how many of the first words of a text are Dutch ones, English ones, and words at all."""
    words = " ".join(block[:3000] for _number, block in zip(range(50), blocks, strict=False))[:3000].lower().split()
    return sum(word in _DUTCH for word in words), sum(word in _ENGLISH for word in words), len(words)


def _without_addresses(text: str) -> str:
    if "://" not in text and "@" not in text and "www." not in text:
        return text
    return " ".join(word for word in text.split() if "://" not in word and "@" not in word and "www." not in word)


@cache
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="nl_NL")  # some 80 ms, once a process
