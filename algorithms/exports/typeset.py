"""Makes one PDF, in a process of its own: what stands on standard input becomes bytes on standard output.

Apart from the server, because typesetting keeps hundreds of megabytes of a long document, which only the end of a
process gives back, and because nothing a record holds may bring a server down. It knows nothing of records or Django:
`pdf.py` starts it with the template's path and {"data": text, "moment": seconds since 1970}.
"""

import json
import os
import re
import sys
from pathlib import Path

import typst

MEMORY = 2 * 1024**3  # bytes of address space; a thousand rows of thirty columns need half of it
NICE = 10  # pages go first: a long document takes a processor for a minute
_LACKING = re.compile(r"the text `\"((?:[^\"\\]|\\.)*)\"` could not be displayed")
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
ROUNDS = 4  # so often may signs turn up that no font has


def typeset(template: bytes, data: str, moment: int) -> bytes:
    """Return the PDF. Signs that no font has are written as their code point: nothing is dropped, nothing fails."""
    fonts = typst.Fonts(include_system_fonts=True)  # the embedded ones go first, the template names them
    for left in reversed(range(ROUNDS)):
        try:
            return typst.compile(
                template, font_paths=fonts, sys_inputs={"data": data}, pdf_standards=["ua-1"], timestamp=moment
            )
        except typst.TypstError as error:
            # the last round leaves only letters that the embedded fonts surely have
            lacking = {sign for sign in data if sign > "\xff"} if left == 1 else _lacking(error.diagnostic)
            if not lacking or not left:
                raise
            data = data.translate({ord(sign): f"[U+{ord(sign):04X}]" for sign in lacking})
    raise AssertionError("unreachable")


def _lacking(told: str) -> set[str]:
    texts = (_ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], found) for found in _LACKING.findall(told))
    return {sign for text in texts for sign in text if sign > "\x7f"}


def main() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.nice(NICE)
    except (ImportError, AttributeError, ValueError, OSError):  # no such limits here, or a tighter one already
        pass
    asked = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(typeset(Path(sys.argv[1]).read_bytes(), asked["data"], asked["moment"]))


if __name__ == "__main__":
    main()
