"""How well the spelling help mends real words with errors, and how often it changes words that are right.

    python -m benchmarks.spelling [VOCABULARY.json]

The vocabulary is a list of [word, count]; without one, it is the list beside the checkout.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from algorithms.search.spelling import Speller

VOCABULARY = Path(__file__).resolve().parents[2] / "shared" / "bench" / "vocab_nl.json"
SEED = 1
EACH = 200  # errors of each kind
SHARE_LEFT_OUT = 5  # one of so many words is left out, and asked for

LETTERS = "abcdefghijklmnopqrstuvwxyz"
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# What people write for what they hear: pattern, and what stands there instead.
HEARD = {
    "ij/ei/y": [("ij", "ei"), ("ei", "ij"), ("ij", "y"), ("y", "ij")],
    "au/ou(w)": [("au", "ou"), ("ou(?!w)", "au"), ("ouw", "ou"), ("auw", "ouw")],
    "c/k/ck": [("ck", "k"), ("c(?![hkeiy])", "k"), ("k", "c"), ("k", "ck")],
    "c/s": [("c(?=[eiy])", "s")],
    "s/z": [("s", "z"), ("z", "s")],
    "f/v": [("f", "v"), ("v", "f")],
    "g/ch": [("(?<!n)g", "ch"), ("ch", "g")],
    "d/t/dt": [("d$", "t"), ("t$", "d"), ("dt$", "t"), ("(?<!d)t$", "dt")],
    "ie/i": [("ie", "i"), ("i(?![ej])", "ie")],
    "oe/u": [("oe", "u"), ("(?<![aeiou])u(?![iu])", "oe")],
    "th/t": [("th", "t"), ("t(?!h)", "th")],
    "ph/f": [("ph", "f"), ("f", "ph")],
    "x/ks": [("x", "ks"), ("ks", "x")],
    "qu/kw": [("qu", "kw"), ("kw", "qu")],
    "double/single": [(r"([aeoubdfgklmnprst])\1", r"\1")],
    "tussen-n": [
        ("(?<=[a-z]{3})en(?=[bcdfghjklmpqrsvwz][a-z]{2})", "e"),
        ("(?<=[a-z]{3})e(?=[bcdfghjklmpqrvwz][aeiou][a-z])", "en"),
    ],
}
LENGTHS = ("4-5", "6-7", "8-10", "11+")  # letters
SLIPS = ("swapped", "left out", "typed twice", "added", "next key", "other letter")


def vocabulary(path: Path = VOCABULARY) -> dict[str, int]:
    """Return the words of a-z and how many records hold them: counts below one are of words held once."""
    return {word: max(1, round(count)) for word, count in json.loads(path.read_text("utf-8")) if word.isascii()}


def slip(kind: str, word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word) - 1 if kind == "swapped" else len(word))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    if kind == "swapped":
        return before + after[0] + letter + after[1:]
    if kind == "left out":
        return before + after
    if kind == "next key":
        row = next(row for row in KEYBOARD if letter in row)
        return before + chance.choice([key for key in row if abs(row.index(key) - row.index(letter)) == 1]) + after
    other = letter if kind == "typed twice" else chance.choice(LETTERS)
    return before + other + ("" if kind == "other letter" else letter) + after


def misheard(kind: str, word: str, chance: random.Random) -> str:
    ways = [(match, instead) for pattern, instead in HEARD[kind] for match in re.finditer(pattern, word)]
    if not ways:
        return word
    match, instead = chance.choice(ways)
    return word[: match.start()] + match.expand(instead) + word[match.end() :]


def errors(words: Mapping[str, int], each: int = EACH, twice: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, word, how it was written); with `twice`, a slip is added. What became a word is left out."""
    chance = random.Random(SEED)  # noqa: S311 - the same errors every time is what is wanted
    right = sorted(word for word in words if len(word) > 3 and word.isalpha())
    for kind in (*SLIPS, *HEARD):
        found = 0
        for word in chance.sample(right, len(right)):
            wrong = slip(kind, word, chance) if kind in SLIPS else misheard(kind, word, chance)
            if twice and wrong != word:
                wrong = slip(chance.choice(SLIPS), wrong, chance)
            if wrong not in words:
                yield kind, word, wrong
                found += 1
            if found == each:
                break


def length(word: str) -> str:
    return LENGTHS[(len(word) > 5) + (len(word) > 7) + (len(word) > 10)]


def mended(words: Mapping[str, int], each: int = EACH, twice: bool = False) -> dict[str, Counter[str]]:
    """Return per kind, per length and in all: how many errors, and for how many the true word is best, or near."""
    speller = Speller(words)
    counts: dict[str, Counter[str]] = {}
    for kind, word, wrong in errors(words, each, twice):
        best, is_near = speller.best(wrong), word in speller.near(wrong)
        for key in dict.fromkeys((kind, length(word), "4-5" if len(word) < 6 else "6+", "all")):
            counts.setdefault(key, Counter()).update(errors=1, best=best == word, near=is_near, none=best is None)
    return counts


def changed(words: Mapping[str, int]) -> dict[str, Counter[str]]:
    """Leave words out and ask for them, rightly spelled: return how many there are, and how many are changed."""
    right = sorted(word for word in words if len(word) > 3 and word.isalpha())
    left_out = random.Random(SEED).sample(right, len(right) // SHARE_LEFT_OUT)  # noqa: S311 - the same every time
    missing = set(left_out)
    speller = Speller({word: count for word, count in words.items() if word not in missing})
    counts: dict[str, Counter[str]] = {}
    for word in left_out:
        for key in (length(word), "all"):
            counts.setdefault(key, Counter()).update(words=1, changed=speller.best(word) is not None)
    return counts


def main(path: Path = VOCABULARY) -> None:
    if not path.is_file():
        sys.exit(f"No vocabulary at {path}; name a file with a JSON list of [word, count].")
    words = vocabulary(path)
    for title, twice in (("One error", False), ("Two errors", True)):
        began = time.process_time()
        counts = mended(words, twice=twice)
        spent = (time.process_time() - began) / counts["all"]["errors"]
        print(f"{title}, {len(words):,} words, {1000 * spent:.2f} ms of processor each")
        print(f"  {'':16}{'errors':>8}{'best':>11}{'near(5)':>11}{'no answer':>11}")
        for key in (*SLIPS, *HEARD, *LENGTHS, "6+", "all"):
            if count := counts.get(key):
                shares = "".join(f"{count[part] / count['errors']:11.1%}" for part in ("best", "near", "none"))
                print(f"  {key:16}{count['errors']:8,}{shares}")
    print("Right words that the register does not have")
    print(f"  {'':16}{'words':>8}{'changed':>11}")
    counts = changed(words)
    for key in (*LENGTHS, "all"):
        print(f"  {key:16}{counts[key]['words']:8,}{counts[key]['changed'] / counts[key]['words']:11.1%}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
